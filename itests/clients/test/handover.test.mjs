import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { canSwap, Successors } from '../lib/plugins.mjs';
import { Trio } from '../lib/trio.mjs';

const skip = !canSwap && 'STOA_HOME does not say where the server runs';

describe('a call of three while rooms and signalling are replaced', { timeout: 240_000, skip }, () => {
  let browser, trio;
  const parts = {};

  before(async () => {
    browser = await openBrowser();
    for (const part of ['signal', 'room']) parts[part] = new Successors(`io.stoa.${part}`);
    trio = await Trio.meet(browser, 'handover');
  });
  after(async () => {
    await browser.close();
    for (const part of Object.values(parts)) part.close();
  });

  for (const part of ['signal', 'room']) {
    test(`${part} by a successor`, (t) => trio.unnoticed(t, parts[part], (it) => it.succeed()));
    test(`${part} by a successor of the successor`, (t) => trio.unnoticed(t, parts[part], (it) => it.succeed()));
    test(`${part} in place`, (t) => trio.unnoticed(t, parts[part], (it) => it.update()));
  }
  test('both in place at once', (t) => trio.unnoticed(t, parts.room, (it) => Promise.all([it.update(), parts.signal.update()])));
  for (const part of ['signal', 'room']) test(`${part} by the shipped one again`, (t) => trio.unnoticed(t, parts[part], (it) => it.withdraw()));

  test('what is done afterwards reaches everybody', async () => {
    const [ann, bob, cid] = trio.call;
    await ann.mute('audio', true);
    await Promise.all([bob.knowsMuted('ann', true), cid.knowsMuted('ann', true)]);
    await ann.mute('audio', false);
    await Promise.all([bob.knowsMuted('ann', false), cid.knowsMuted('ann', false)]);
    await bob.quiet();
    await bob.leave();
    await Promise.all([ann.experiences('ParticipantDisconnected'), cid.experiences('ParticipantDisconnected')]);
  });
});

describe('a call of three while what is around it is replaced', { timeout: 240_000, skip }, () => {
  let browser, trio;
  const parts = {};
  const part = (name) => (parts[name] ??= new Successors(`io.stoa.${name}`));

  before(async () => {
    browser = await openBrowser();
    trio = await Trio.meet(browser, 'around');
  });
  after(async () => {
    await browser.close();
    for (const one of Object.values(parts)) one.close();
  });

  for (const name of ['store.memory', 'service.room', 'edge.twirp', 'cluster', 'handover', 'ops.config'])
    test(`${name}: nobody notices`, async (t) => {
      await trio.unnoticed(t, part(name), (it) => it.succeed());
      await trio.unnoticed(t, part(name), (it) => it.update());
      await trio.unnoticed(t, part(name), (it) => it.withdraw());
    });

  test('edge.rtc: one resume each', async (t) => {
    await trio.resumedOnce(t, part('edge.rtc'), (it) => it.succeed());
    await trio.resumedOnce(t, part('edge.rtc'), (it) => it.withdraw());
  });
});
