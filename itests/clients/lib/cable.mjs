import { connect, createServer } from 'node:net';
import { url } from './server.mjs';

/** Another way to the server's signalling, which can be cut: what runs through it breaks off, and nobody gets through until it is mended. */
export async function layCable() {
  const to = new URL(url);
  const ends = new Set();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.destroy();
    const far = connect(to.port, to.hostname);
    for (const end of [near, far]) {
      ends.add(end);
      end.on('error', () => {}); // the other end is closed then, and the tests see what comes of it
      end.on('close', () => {
        ends.delete(end);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  server.unref(); // what fails elsewhere shall not hang here
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const cut = () => {
    whole = false;
    for (const end of ends) end.destroy();
  };
  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    cut,
    mend: () => (whole = true),
    remove: () => {
      cut();
      server.close();
    },
  };
}
