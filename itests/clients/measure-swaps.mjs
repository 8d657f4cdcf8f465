// How much of a swap of the forwarding a call notices: two browsers, thirty pictures a second, twenty swaps of each kind.
// The same time without a swap is measured alike, for comparison. `./dev measure swaps` prints it.
import { openBrowser } from './lib/browser.mjs';
import { Successors } from './lib/plugins.mjs';
import { newRoom } from './lib/server.mjs';

const SWAPS = Number(process.env.SWAPS ?? 20);
const FRAMES_PER_SECOND = 30;
const FRAMES_AROUND = 45;

const browser = await openBrowser();
const forward = new Successors('io.stoa.forward');
try {
  const room = newRoom('measure');
  const [ann, bob] = await Promise.all([browser.join(room, 'ann'), browser.join(room, 'bob')]);
  await Promise.all([ann.publish({ colour: 'red', hertz: 440, framesPerSecond: FRAMES_PER_SECOND }), bob.publish({ colour: 'blue', hertz: 950, framesPerSecond: FRAMES_PER_SECOND })]);
  await Promise.all([ann.sees('bob', 'blue'), bob.sees('ann', 'red')]);
  const watched = [[ann, 'bob'], [bob, 'ann']];

  console.log('                      longest gap, ms     took over   of both together, key frames');
  console.log('what                arriving    shown   within ms   frames   asked for  lost packets  freezes  reconnects');
  await series('nothing', more);
  await series('successor', () => forward.succeed());
  await series('in place', () => forward.update());
  await forward.withdraw();

  async function series(what, swap) {
    const rows = [];
    for (let i = 0; i < SWAPS; i++) {
      rows.push(await measure(swap));
      print(`${what} ${i + 1}`, rows.at(-1));
    }
    print(`${what}: worst`, Object.fromEntries(Object.keys(rows[0]).map((key) => [key, Math.max(...rows.map((row) => row[key]))])));
    print(`${what}: median`, Object.fromEntries(Object.keys(rows[0]).map((key) => [key, rows.map((row) => row[key]).sort((a, b) => a - b)[rows.length >> 1]])));
  }

  async function measure(swap) {
    await more();
    const before = await counters();
    const begin = performance.now();
    await swap();
    const within = performance.now() - begin;
    await more();
    const after = await counters();
    const grown = (name) => after[name] - before[name];
    return {
      arriving: after.arrived, shown: after.shown, within,
      frames: grown('framesDecoded'), keyFramesAsked: grown('keyFramesAsked'), lost: grown('packetsLost'), freezes: grown('freezeCount'), reconnects: grown('reconnects'),
    };
  }

  function more() {
    return Promise.all(watched.map(([one, other]) => one.decodesMore(other, FRAMES_AROUND)));
  }

  /** Sums over both participants, and the worst gap since they were asked last. */
  async function counters() {
    const all = await Promise.all(watched.map(async ([one, other]) => ({
      ...(await one.decoded(other)), keyFramesAsked: await one.keyFramesAsked(), reconnects: (await one.eventsSoFar()).length,
    })));
    const gaps = await Promise.all(watched.map(([one]) => one.gaps()));
    const sum = (name) => all.reduce((total, one) => total + one[name], 0);
    const worst = (name) => Math.max(...gaps.map((one) => one[name]));
    const names = ['framesDecoded', 'keyFramesAsked', 'packetsLost', 'freezeCount', 'reconnects'];
    return { ...Object.fromEntries(names.map((name) => [name, sum(name)])), arrived: worst('arrived'), shown: worst('shown') };
  }
} finally {
  forward.close();
  await browser.close();
}

function print(what, row) {
  const widths = [8, 9, 12, 9, 12, 14, 9, 12];
  console.log(what.padEnd(20) + Object.values(row).map((value, i) => String(Math.round(value)).padStart(widths[i])).join(''));
}
