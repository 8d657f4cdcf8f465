// What the API costs a back end: the list of ten thousand rooms, in JSON and in protobuf, and one request after another of the three
// that make, list and delete a room. `./dev measure api` prints it. ROOMS says how many.
import { Agent, request } from 'node:http';
import { AccessToken } from 'livekit-server-sdk';
import { url } from './lib/server.mjs';

const ROOMS = Number(process.env.ROOMS ?? 10_000);
const LISTS = 20;
const CALLS = 200;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const base = new URL(url.replace(/^ws/, 'http'));
const pass = await grants();
const name = (i) => `measured-${i}`;

const begin = performance.now();
await together(ROOMS, (i) => call('CreateRoom', { name: name(i), empty_timeout: 600 }));
console.log(`${ROOMS} rooms made in ${Math.round(performance.now() - begin)} ms, 16 at a time`);

for (const type of ['application/json', 'application/protobuf']) {
  const millis = [];
  let bytes = 0;
  for (let i = 0; i < LISTS; i++) millis.push(await timed(async () => { bytes = (await call('ListRooms', {}, type)).length; }));
  console.log(`ListRooms of all in ${type}: first ${millis[0].toFixed(0)} ms, ${figures(millis)}, ${(bytes / 1e6).toFixed(1)} MB`);
}
for (const [what, run] of Object.entries({
  CreateRoom: (i) => call('CreateRoom', { name: `one-${i}` }),
  'ListRooms of one': (i) => call('ListRooms', { names: [`one-${i}`] }),
  DeleteRoom: (i) => call('DeleteRoom', { room: `one-${i}` }),
})) {
  const millis = [];
  for (let i = 0; i < CALLS; i++) millis.push(await timed(() => run(i)));
  console.log(`${what}, one after another: ${figures(millis)}`);
}
await together(ROOMS, (i) => call('DeleteRoom', { room: name(i) }));
agent.destroy();

async function timed(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function figures(millis) {
  const sorted = [...millis].sort((a, b) => a - b);
  return `median ${sorted[sorted.length >> 1].toFixed(1)} ms, worst ${sorted.at(-1).toFixed(1)} ms`;
}

/** All of them, as many at a time as the agent has sockets. */
async function together(count, run) {
  let next = 0;
  await Promise.all(Array.from({ length: 16 }, async () => { while (next < count) await run(next++); }));
}

/** The body of the answer. In protobuf only the empty request is known. */
function call(method, message, type = 'application/json') {
  const body = type === 'application/json' ? JSON.stringify(message) : '';
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body), authorization: `Bearer ${pass}` };
  return new Promise((done, failed) => {
    const out = request({ agent, host: base.hostname, port: base.port, path: `/twirp/livekit.RoomService/${method}`, method: 'POST', headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        if (answer.statusCode === 200) done(whole);
        else failed(new Error(`${method}: ${answer.statusCode} ${whole}`));
      });
    });
    out.on('error', failed);
    out.end(body);
  });
}

function grants() {
  const token = new AccessToken(process.env.LIVEKIT_API_KEY ?? 'devkey', process.env.LIVEKIT_API_SECRET ?? 'secret', { identity: 'measure', ttl: '1h' });
  token.addGrant({ roomCreate: true, roomList: true });
  return token.toJwt();
}
