import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { canSwap, Successors } from '../lib/plugins.mjs';
import { newRoom } from '../lib/server.mjs';

const COLOURS = { ann: 'red', bob: 'blue', cid: 'green' };
const NAMES = Object.keys(COLOURS);

describe('a call of three while the forwarding is replaced', { timeout: 120_000, skip: !canSwap && 'STOA_HOME does not say where the server runs' }, () => {
  let browser, forward, call;

  before(async () => {
    browser = await openBrowser();
    forward = new Successors('io.stoa.forward');
    const room = newRoom('swap');
    call = await Promise.all(NAMES.map((name) => browser.join(room, name)));
    await Promise.all(call.map((one, i) => one.publish({ colour: COLOURS[one.identity], hertz: 400 + 300 * i, framesPerSecond: 20 })));
    await everybody((one, other) => one.sees(other, COLOURS[other]));
  });
  after(async () => {
    await browser.close();
    forward.close();
  });

  test('by a successor', (t) => uninterrupted(t, () => forward.succeed()));
  test('by a successor of the successor', (t) => uninterrupted(t, () => forward.succeed()));
  test('in place', (t) => uninterrupted(t, () => forward.update()));
  test('by the shipped one again', (t) => uninterrupted(t, () => forward.withdraw()));

  /** The decoders go on with the streams they had and nobody asks for a key frame, nobody reconnects, pictures and sound are right. */
  async function uninterrupted(t, swap) {
    await Promise.all(call.map((one) => one.gaps()));
    const keyFrames = await keyFramesAsked();
    const active = forward.active();
    await swap();
    assert.notDeepEqual(forward.active(), active);
    await everybody((one, other) => one.decodesMore(other, 20));
    const gaps = await Promise.all(call.map((one) => one.gaps()));
    await everybody((one, other) => one.sees(other, COLOURS[other]));
    await everybody((one, other) => one.hears(other, 400 + 300 * NAMES.indexOf(other)));
    assert.deepEqual(await keyFramesAsked(), keyFrames);
    for (const one of call) assert.deepEqual(await one.eventsSoFar(), []);
    const longest = (kind) => Math.round(Math.max(...gaps.map((one) => one[kind])));
    t.diagnostic(`${active} -> ${forward.active()}: at most ${longest('arrived')} ms between two pictures arriving, ${longest('shown')} ms between two shown; normal is 50`);
  }

  function keyFramesAsked() {
    return Promise.all(call.map((one) => one.keyFramesAsked()));
  }

  function everybody(does) {
    return Promise.all(call.flatMap((one) => NAMES.filter((name) => name !== one.identity).map((other) => does(one, other))));
  }
});
