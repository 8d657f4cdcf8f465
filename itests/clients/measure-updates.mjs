// What a call of three notices of updates of every bundle that can be replaced: in random order by seed, each by a successor or in place.
// `./dev measure updates` prints it. UPDATES: of each bundle (20); SEED; PARTS: only these, separated by spaces.
import { openBrowser } from './lib/browser.mjs';
import { Successors } from './lib/plugins.mjs';
import { newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const COLOURS = { ann: 'red', bob: 'blue', cid: 'green' };
const NAMES = Object.keys(COLOURS);
const PORT_OWNERS = ['http']; // replaced in place only
const ALL = [
  'forward', 'store.memory', 'service.room', 'service.agent', 'service.egress', 'service.ingress', 'service.sip', 'edge.twirp', 'edge.agent', 'edge.whip',
  'ops.config', 'ops.health', 'ops.metrics', 'ops.plugins', 'ops.shell', 'ops.store', 'ops.webhook', 'signal', 'room', 'cluster', 'handover', 'edge.rtc', 'http',
];
const parts = process.env.PARTS?.split(' ') ?? ALL;
const updates = Number(process.env.UPDATES ?? 20);
const seed = Number(process.env.SEED ?? 1);
const random = mulberry(seed);

const browser = await openBrowser();
const successors = new Map(parts.map((part) => [part, new Successors(`io.stoa.${part}`)]));
const table = new Map(parts.map((part) => [part, { updates: 0, resumes: 0, reconnects: 0, offers: 0, 'key frames': 0, lost: 0, doubled: 0, disordered: 0, 'ms at most': 0 }]));
console.log(`seed ${seed}, ${updates} updates of each`);
try {
  const room = newRoom('updates');
  const call = await Promise.all(NAMES.map((name) => browser.join(room, name, { singlePeerConnection: name !== 'bob' })));
  await Promise.all(call.map((one, i) => one.publish({ colour: COLOURS[one.identity], hertz: 400 + 300 * i, framesPerSecond: 20 })));
  const pairs = call.flatMap((one) => NAMES.filter((name) => name !== one.identity).map((other) => [one, other]));
  await Promise.all(pairs.map(([one, other]) => one.sees(other, COLOURS[other])));
  await Promise.all(call.map((one) => one.talk('numbers', 20)));
  await quiet();

  for (const part of shuffled(parts.flatMap((part) => Array(updates).fill(part)))) {
    const row = table.get(part);
    const before = await counters();
    const begin = performance.now();
    const how = await update(part);
    const took = performance.now() - begin;
    await quiet();
    const after = await counters();
    row.updates++;
    row['ms at most'] = Math.max(row['ms at most'], Math.round(took));
    let noticed = '';
    for (const name of Object.keys(after)) {
      row[name] += after[name] - before[name];
      if (after[name] !== before[name]) noticed += ` ${after[name] - before[name]} ${name}`;
    }
    console.log(`${part} ${how}: ${Math.round(took)} ms${noticed}`);
  }

  /** Afterwards everybody is connected, sees and hears everybody. */
  async function quiet() {
    await until('all connected', async () => (await Promise.all(call.map((one) => one.isConnected()))).every(Boolean));
    await Promise.all(pairs.map(([one, other]) => one.decodesMore(other, 10)));
    await Promise.all(pairs.map(([one, other]) => one.hearsNumbers(other, 'numbers', 30)));
  }

  async function update(part) {
    const it = successors.get(part);
    if (PORT_OWNERS.includes(part)) {
      const before = await all('eventsSoFar');
      it.replaceShipped();
      await until('everybody has noticed', async () => (await all('eventsSoFar')).every((events, i) => events.length > before[i].length));
      return 'in place';
    }
    const beside = random() < 0.5 || !it.active()[0].includes('successor');
    await (beside ? it.succeed() : it.update());
    return beside ? 'by a successor' : 'in place';
  }

  function all(method) {
    return Promise.all(call.map((one) => one[method]()));
  }

  async function counters() {
    const events = (await all('eventsSoFar')).flat();
    const wrong = await Promise.all(pairs.map(([one, other]) => one.wrongNumbers(other, 'numbers')));
    const sum = (list) => list.reduce((total, one) => total + one, 0);
    return {
      resumes: events.filter((name) => name === 'SignalReconnecting').length,
      reconnects: sum(await all('connections')) + events.filter((name) => name === 'Disconnected').length,
      offers: sum(await all('offers')),
      'key frames': sum(await all('keyFramesAsked')),
      lost: sum(wrong.map((one) => one.lost)),
      doubled: sum(wrong.map((one) => one.doubled)),
      disordered: sum(wrong.map((one) => one.disordered)),
    };
  }
} finally {
  console.table(Object.fromEntries(table));
  for (const one of successors.values()) {
    if (one.active()[0]?.includes('successor')) await one.withdraw(); // one after the other
    one.close();
  }
  await browser.close();
}

function shuffled(list) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

function mulberry(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
