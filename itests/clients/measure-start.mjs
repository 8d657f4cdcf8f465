// From the start of the process to the first participant: the time until a plain WebSocket at /rtc got its `join` message, of ten starts.
// `./dev measure start` prints it. Arguments are those of bin/stoa (--dev if there are none); LIVEKIT_URL says where it will listen then.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { token, url } from './lib/server.mjs';

const STARTS = Number(process.env.STARTS ?? 10);
const PATIENCE_MILLISECONDS = 60_000;
const options = process.argv.slice(2);
if (options.length === 0) options.push('--dev');

const millis = [];
for (let i = 1; i <= STARTS; i++) {
  const { joined, resident } = await start();
  millis.push(joined);
  console.log(`start ${i}: joined after ${Math.round(joined)} ms, ${Math.round(resident / 1024)} MB resident then`);
}
millis.sort((a, b) => a - b);
console.log(`median ${Math.round((millis[(STARTS - 1) >> 1] + millis[STARTS >> 1]) / 2)} ms, best ${Math.round(millis[0])} ms, worst ${Math.round(millis.at(-1))} ms`);

async function start() {
  const pass = await token('start', 'first');
  const begin = performance.now();
  const server = spawn(join(process.env.STOA_HOME, 'bin', 'stoa'), options, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(server, 'exit');
  try {
    while (!(await tryJoin(pass))) {
      if (server.exitCode !== null) throw new Error('the server ended');
      if (performance.now() - begin > PATIENCE_MILLISECONDS) throw new Error('nobody can join');
      await new Promise((next) => setTimeout(next, 20));
    }
    return { joined: performance.now() - begin, resident: residentKilobytes(server.pid) };
  } finally {
    server.kill();
    await exited;
  }
}

/** Whether the first message came: the client's half of a WebSocket, as far as that. */
function tryJoin(pass) {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': 13, 'sec-websocket-key': randomBytes(16).toString('base64') };
  const call = request(`${url.replace(/^ws/, 'http')}/rtc?access_token=${pass}&protocol=15&auto_subscribe=1&sdk=js&version=2.0.0`, { headers });
  return new Promise((done) => {
    call.on('error', () => done(false));
    call.on('response', (response) => {
      response.resume();
      done(false);
    });
    call.on('upgrade', async (_, socket, first) => {
      socket.on('error', () => {}); // the server is stopped next
      if (first.length === 0) await once(socket, 'data');
      socket.destroy();
      done(true);
    });
    call.end();
  });
}

function residentKilobytes(process) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${process}/status`, 'utf8'))[1]);
  } catch {
    return NaN; // not Linux
  }
}
