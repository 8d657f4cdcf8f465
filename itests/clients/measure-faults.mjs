// What users notice when Redis, nodes and stores fail: two browsers in a call, one on the room's node and one on the other, a newcomer on
// each, a back end that lists rooms and writes records all the time. `./dev measure faults` prints the table and fails if an acknowledged
// record is lost, a room ends because of a store, or an answer is wrong. FAULTS: only these, by parts of their names, separated by commas;
// PORTS: the first of those that are used (9210).
import { RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { openBrowser } from './lib/browser.mjs';
import { lastWords, Node, Redis, Sentinel, stopAll, Way } from './lib/processes.mjs';
import { key, newRoom, secret } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const port = Number(process.env.PORTS ?? 9210);
const wanted = process.env.FAULTS?.split(',') ?? [''];
const LONG = 30_000;
const CONVERGED_WITHIN = 45_000;
const table = {};
const wrongs = [];
let browser;

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const client = (Kind, url) => new Kind(url.replace(/^ws/, 'http'), key, secret, { requestTimeout: 8 });

/** What a back end does while something fails: it writes records, and lists rooms at every node. */
class BackEnd {
  acknowledged = [];
  answers = { right: 0, unavailable: 0, wrong: 0 };
  #over = false;
  #loops;

  constructor(nodes, room) {
    this.nodes = nodes;
    this.room = room;
    this.#loops = nodes.flatMap((node) => [this.#repeat(() => this.#list(node)), this.#repeat(() => this.#write(node))]);
  }

  async #repeat(what) {
    while (!this.#over) {
      await what();
      await wait(250);
    }
  }

  async #list(node) {
    try {
      const rooms = await client(RoomServiceClient, node.url).listRooms();
      const right = rooms.some((one) => one.name === this.room);
      this.answers[right ? 'right' : 'wrong']++;
      if (!right) console.log(`  ${node.name} lists ${rooms.length} rooms, without ${this.room}`);
    } catch {
      this.answers.unavailable++; // or nobody there
    }
  }

  async #write(node) {
    try {
      const trunk = await client(SipClient, node.url).createSipInboundTrunk(`of ${node.name}`, [`+${Date.now()}`]);
      this.acknowledged.push(trunk.sipTrunkId);
    } catch {
      // not acknowledged
    }
  }

  async stop() {
    this.#over = true;
    await Promise.all(this.#loops);
  }

  async lost() {
    const kept = await until('records can be listed', async () => (await client(SipClient, this.nodes.find((node) => node.isAlive()).url).listSipInboundTrunk()).map((one) => one.sipTrunkId));
    const all = new Set(kept);
    return this.acknowledged.filter((id) => !all.has(id)).length;
  }
}

/**
 * @param nodes the room is on the first; people come by `doors`, one of each
 * @param cause what goes wrong, and stays so for `lasts`
 * @param heal undoes it; @param keeps whether Redis, where it has the records, keeps them
 */
async function fault(name, { nodes, doors = nodes.map((node) => node.url), cause, heal = async () => {}, lasts = LONG, keeps = true, ends = false }) {
  if (!wanted.some((part) => name.includes(part))) return;
  console.log(name);
  const room = newRoom('faults');
  const other = nodes.at(-1);
  const made = await until('a room', () => client(RoomServiceClient, nodes[0].url).createRoom({ name: room, nodeId: nodes[0].id }));
  const people = await Promise.all([['ann', doors[0]], ['bob', doors.at(-1)]].map(([who, server]) => until(`${who} is there`, () => browser.join(room, who, { server }), 60_000)));
  await Promise.all(people.map((one, i) => one.publish({ colour: ['red', 'blue'][i], framesPerSecond: 15 })));
  await until('both see each other', () => together(people), 60_000);
  await Promise.all(people.map((one) => one.talk('numbers', 50)));
  await wait(2_000);
  const [connections] = [await sum(people, (one) => one.connections()), await Promise.all(people.map((one) => one.gaps()))];
  const backEnd = new BackEnd(nodes, room);

  await cause();
  const begin = performance.now();
  const newcomer = arrives(room, 'cid', doors[0]); // who may have to wait until it is over
  await wait(Math.max(0, lasts - (performance.now() - begin)));
  await heal();
  const healed = performance.now();
  const second = await arrives(room, 'dan', doors.at(-1), CONVERGED_WITHIN);
  await until('all see each other', () => together(people), CONVERGED_WITHIN);
  await until('every node lists the room', async () => {
    for (const node of nodes.filter((one) => one.isAlive()))
      if (!(await client(RoomServiceClient, node.url).listRooms()).some((one) => one.name === room)) return false;
    return true;
  }, CONVERGED_WITHIN);
  const converged = performance.now() - healed;
  await backEnd.stop();

  const events = (await Promise.all(people.map((one) => one.eventsSoFar()))).flat();
  const count = (event) => events.filter((one) => one === event).length;
  const gaps = await Promise.all(people.map((one) => one.gaps()));
  const numbers = await Promise.all([people[0].wrongNumbers('bob', 'numbers'), people[1].wrongNumbers('ann', 'numbers')]);
  const now = (await client(RoomServiceClient, other.url).listRooms([room]))[0];
  const lost = keeps ? await backEnd.lost() : 'what Redis had';
  const ended = now?.sid !== made.sid || count('Disconnected') > 0;
  table[name] = {
    'longest gap, ms': Math.round(Math.max(...gaps.map((one) => one.any))),
    resumes: count('SignalReconnecting'),
    'full reconnects': count('Reconnecting'),
    'new connections': (await sum(people, (one) => one.connections())) - connections,
    'messages lost': numbers.reduce((all, one) => all + one.lost, 0),
    'join at the room\'s node': await newcomer,
    'lists right, unavailable, wrong': Object.values(backEnd.answers).join(', '),
    'all as before after, s': (converged / 1000).toFixed(1),
    'records acknowledged, lost': `${backEnd.acknowledged.length}, ${lost}`,
    'room ended': ended ? 'yes' : 'no',
    'join at the other afterwards': second,
  };
  console.table({ [name]: table[name] });
  if (backEnd.answers.wrong > 0) wrongs.push(`${name}: ${backEnd.answers.wrong} wrong lists`);
  if (keeps && lost > 0) wrongs.push(`${name}: ${lost} acknowledged records lost`);
  if (ended && !ends) wrongs.push(`${name}: the room ended`);
  await Promise.all(people.map((one) => one.close()));
  await client(RoomServiceClient, other.url).deleteRoom(room).catch(() => {}); // it may be gone
}

function together([ann, bob]) {
  return Promise.all([ann.sees('bob', 'blue'), bob.sees('ann', 'red')]).then(() => true);
}

/** Somebody comes, sees, and goes. @returns milliseconds, or why not */
async function arrives(room, who, server, patience = 20_000) {
  const begin = performance.now();
  let said = '';
  while (performance.now() - begin < patience) {
    const one = await browser.join(room, who, { server }).catch((error) => { said = error.message; });
    if (!one) {
      await wait(500);
      continue;
    }
    const took = Math.round(performance.now() - begin);
    try {
      await one.sees('ann', 'red');
      return `${took} ms`;
    } catch (error) {
      return `sees nobody: ${error.message.slice(0, 60)}`;
    } finally {
      await one.leave();
      await one.close();
    }
  }
  return `no: ${said.slice(0, 60)}`;
}

async function sum(people, of) {
  return (await Promise.all(people.map(of))).reduce((all, one) => all + one, 0);
}

const any = (...names) => names.some((name) => wanted.some((part) => name.includes(part)));

/** Two nodes and one Redis, to which each has a way of its own. */
async function overOneRedis() {
  const names = ['Redis stopped', 'Redis restarted empty', 'Redis slow', 'room\'s node parted from Redis', 'other node parted from Redis', 'room\'s node paused', 'other node paused', 'room\'s node killed'];
  if (!any(...names)) return;
  const redis = await new Redis(port).start();
  const ways = [await new Way(port + 1, [port]).start(), await new Way(port + 2, [port]).start()];
  const nodes = await Promise.all(ways.map((way, i) => new Node(`node-${i + 1}`, port + 10 * (i + 1), `redis:\n  address: 127.0.0.1:${way.port}\n`).start()));
  const [home, other] = nodes;
  await fault(names[0], { nodes, cause: () => redis.kill(), heal: () => redis.start() });
  await fault(names[1], { nodes, cause: () => redis.kill(), heal: () => redis.start({ empty: true }), keeps: false });
  await fault(names[2], { nodes, cause: async () => ways.forEach((way) => { way.delay = 500; }), heal: async () => ways.forEach((way) => { way.delay = 0; }) });
  await fault(names[3], { nodes, cause: async () => ways[0].part(), heal: async () => ways[0].join() });
  await fault(names[4], { nodes, cause: async () => ways[1].part(), heal: async () => ways[1].join() });
  await fault(names[5], { nodes, cause: async () => home.pause(), heal: async () => home.resume(), lasts: 3_000 });
  await fault(names[6], { nodes, cause: async () => other.pause(), heal: async () => other.resume(), lasts: 12_000 });
  const door = await new Way(port + 3, [home.port, other.port]).start(); // as a load balancer
  await fault(names[7], { nodes, doors: [`ws://127.0.0.1:${door.port}`, other.url], cause: () => home.kill(), lasts: 10_000, ends: true });
  for (const one of [door, ...nodes, ...ways, redis]) await one.stop();
}

async function overSentinels() {
  const name = 'Redis failed over by Sentinel';
  if (!any(name)) return;
  const master = await new Redis(port + 40).start();
  const replica = await new Redis(port + 41, ['--replicaof', `127.0.0.1 ${port + 40}`]).start();
  await replica.says(/Finished with success|MASTER <-> REPLICA sync: Successfully/);
  const sentinels = await Promise.all([42, 43, 44].map((i) => new Sentinel(port + i, master).start()));
  await until('Sentinels know each other and the replica', () => sentinels.every((one) => (one.said.match(/\+sentinel/g) ?? []).length >= 2 && /\+slave/.test(one.said)));
  const settings = `redis:\n  sentinel_master_name: main\n  sentinel_addresses: [${sentinels.map((one) => `"127.0.0.1:${one.port}"`).join(', ')}]\n`;
  const nodes = await Promise.all([1, 2].map((i) => new Node(`sentinel-node-${i}`, port + 45 + 10 * i, settings).start()));
  await fault(name, { nodes, cause: () => master.kill() });
  for (const one of [...nodes, ...sentinels, replica]) await one.stop();
}

/** One node, which goes from store to store while people talk. */
async function storesSwapped() {
  const name = 'store: memory, file, Redis, file, memory';
  if (!any(name)) return;
  const redis = await new Redis(port + 5).start();
  const node = await new Node('swapping', port + 50, 'store:\n  kind: memory\n').start();
  const kinds = ['file', 'redis', 'file', 'memory'];
  await fault(name, {
    nodes: [node],
    lasts: 0,
    cause: async () => {
      for (const kind of kinds) {
        const moved = node.said.length;
        node.configure(`redis:\n  address: ${kind === 'redis' ? `127.0.0.1:${redis.port}` : '""'}\nstore:\n  kind: ${kind}\n`);
        await until(`records in ${kind}`, () => new RegExp(`copied from the store \\w+ to ${kind}`).test(node.said.slice(moved)));
        await wait(3_000);
      }
    },
  });
  await node.stop();
  await redis.stop();
}

try {
  browser = await openBrowser();
  await overOneRedis();
  await overSentinels();
  await storesSwapped();
} catch (error) {
  console.error(lastWords());
  throw error;
} finally {
  console.table(table);
  await browser?.close();
  await stopAll();
}
if (wrongs.length > 0) {
  console.error(wrongs.join('\n'));
  process.exitCode = 1;
}
