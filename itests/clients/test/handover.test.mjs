import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { canSwap, Successors } from '../lib/plugins.mjs';
import { newRoom } from '../lib/server.mjs';

const COLOURS = { ann: 'red', bob: 'blue', cid: 'green' };
const NAMES = Object.keys(COLOURS);
const EVERY_MILLISECONDS = 10;

describe('a call of three while rooms and signalling are replaced', { timeout: 240_000, skip: !canSwap && 'STOA_HOME does not say where the server runs' }, () => {
  let browser, call;
  const parts = {};

  before(async () => {
    browser = await openBrowser();
    for (const part of ['signal', 'room']) parts[part] = new Successors(`io.stoa.${part}`);
    const room = newRoom('handover');
    call = await Promise.all(NAMES.map((name) => browser.join(room, name, { singlePeerConnection: name !== 'bob' })));
    await Promise.all(call.map((one, i) => one.publish({ colour: COLOURS[one.identity], hertz: 400 + 300 * i, framesPerSecond: 20 })));
    await everybody((one, other) => one.sees(other, COLOURS[other]));
    await Promise.all(call.map((one) => one.talk('numbers', EVERY_MILLISECONDS)));
  });
  after(async () => {
    await browser.close();
    for (const part of Object.values(parts)) part.close();
  });

  for (const part of ['signal', 'room']) {
    test(`${part} by a successor`, (t) => unnoticed(t, part, (it) => it.succeed()));
    test(`${part} by a successor of the successor`, (t) => unnoticed(t, part, (it) => it.succeed()));
    test(`${part} in place`, (t) => unnoticed(t, part, (it) => it.update()));
  }
  test('both in place at once', (t) => unnoticed(t, 'room', (it) => Promise.all([it.update(), parts.signal.update()])));
  for (const part of ['signal', 'room']) test(`${part} by the shipped one again`, (t) => unnoticed(t, part, (it) => it.withdraw()));

  test('what is done afterwards reaches everybody', async () => {
    const [ann, bob, cid] = call;
    await ann.mute('audio', true);
    await Promise.all([bob.knowsMuted('ann', true), cid.knowsMuted('ann', true)]);
    await ann.mute('audio', false);
    await Promise.all([bob.knowsMuted('ann', false), cid.knowsMuted('ann', false)]);
    await bob.quiet();
    await bob.leave();
    await Promise.all([ann.experiences('ParticipantDisconnected'), cid.experiences('ParticipantDisconnected')]);
  });

  /** Nobody is offered anything or reconnects, decoders go on, and every number comes once and in order. */
  async function unnoticed(t, name, swap) {
    const part = parts[name];
    await Promise.all(call.map((one) => one.gaps()));
    const [keyFrames, offers, active] = [await all('keyFramesAsked'), await all('offers'), part.active()];
    await swap(part);
    assert.notDeepEqual(part.active(), active);
    await everybody((one, other) => one.decodesMore(other, 20));
    await everybody((one, other) => one.hearsNumbers(other, 'numbers', 50));
    const gaps = await all('gaps');
    await everybody((one, other) => one.sees(other, COLOURS[other]));
    assert.deepEqual(await all('keyFramesAsked'), keyFrames);
    assert.deepEqual(await all('offers'), offers);
    for (const one of call) assert.deepEqual(await one.eventsSoFar(), []);
    const wrong = (await Promise.all(call.flatMap((one) => others(one).map((other) => one.wrongNumbers(other, 'numbers'))))).filter((one) => one.lost + one.doubled + one.disordered > 0);
    assert.deepEqual(wrong, []);
    const longest = (kind) => Math.round(Math.max(...gaps.map((one) => one[kind])));
    t.diagnostic(`${active} -> ${part.active()}: at most ${longest('arrived')} ms between two pictures arriving, ${longest('shown')} ms between two shown; normal is 50`);
  }

  function all(method) {
    return Promise.all(call.map((one) => one[method]()));
  }

  function others(one) {
    return NAMES.filter((name) => name !== one.identity);
  }

  function everybody(does) {
    return Promise.all(call.flatMap((one) => others(one).map((other) => does(one, other))));
  }
});
