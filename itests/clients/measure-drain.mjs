// How long two people of a call are without pictures when their node is drained (SIGTERM), and when it is killed (kill -9), with another node
// there. `./dev measure drain` prints it. RUNS: of each (3); WAYS: some of drained, killed, separated by spaces.
import { openBrowser } from './lib/browser.mjs';
import { openCluster } from './lib/cluster.mjs';
import { newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const COLOURS = { ann: 'red', bob: 'blue' };
const NAMES = Object.keys(COLOURS);
const SIGNALS = { drained: 'SIGTERM', killed: 'SIGKILL' };
const runs = Number(process.env.RUNS ?? 3);
const ways = process.env.WAYS?.split(' ') ?? Object.keys(SIGNALS);
const BACK = 60_000;

const cluster = await openCluster();
const browser = await openBrowser();
console.log('\nnode       who            gap ms: shown  arrived   events                                      messages lost, doubled, disordered');
try {
  let here = await cluster.startNode();
  for (const way of ways)
    for (let run = 0; run < runs; run++) here = await once(way, here);
} finally {
  await browser.close();
  await cluster.close();
}

/** ann has one connection, bob one for each direction. @return the node that is left, which comes when the room is open on the other one */
async function once(way, node) {
  const room = newRoom(way);
  const call = await Promise.all(NAMES.map((name) => browser.join(room, name, { server: cluster.url, singlePeerConnection: name === 'ann' })));
  const [ann, bob] = call;
  const pairs = [[ann, bob], [bob, ann]];
  await Promise.all(call.map((one, i) => one.publish({ colour: COLOURS[one.identity], hertz: 400 + 300 * i, framesPerSecond: 30 })));
  await Promise.all(pairs.map(([one, other]) => one.sees(other.identity, COLOURS[other.identity])));
  await Promise.all(call.map((one) => one.talk('numbers', 20)));
  const next = await cluster.startNode();
  await pause(5);
  await Promise.all(call.map((one) => one.gaps()));
  const before = await Promise.all(call.map((one) => one.eventsSoFar()));

  node.signal(SIGNALS[way]);
  await until('the node has ended', () => node.ended(), BACK);
  await until('all connected', async () => (await Promise.all(call.map((one) => one.isConnected()))).every(Boolean), BACK);
  await Promise.all(pairs.map(([one, other]) => one.sees(other.identity, COLOURS[other.identity])));
  await Promise.all(pairs.map(([one, other]) => one.hears(other.identity, 400 + 300 * NAMES.indexOf(other.identity))));
  await pause(3);

  for (const [i, one] of call.entries()) {
    const other = pairs[i][1];
    const gaps = await one.gaps();
    const events = (await one.eventsSoFar()).slice(before[i].length);
    const wrong = await one.wrongNumbers(other.identity, 'numbers');
    const connections = one === ann ? 'one connection' : 'two';
    console.log(`${way.padEnd(9)}  ${one.identity}, ${connections.padEnd(14)} ${gaps.shown.toFixed(0).padStart(8)} ${gaps.arrived.toFixed(0).padStart(8)}   ${events.join(' ').padEnd(42)}  ${wrong.lost}, ${wrong.doubled}, ${wrong.disordered}`);
  }
  await Promise.all(call.map((one) => one.close()));
  return next;
}

function pause(seconds) {
  return new Promise((done) => setTimeout(done, 1000 * seconds));
}
