import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { layCable } from '../lib/cable.mjs';
import { newRoom } from '../lib/server.mjs';

describe('a participant whose signalling breaks off', { timeout: 120_000 }, () => {
  let browser, cable;
  before(async () => ([browser, cable] = await Promise.all([openBrowser(), layCable()])));
  after(async () => {
    await browser.close();
    cable.remove();
  });

  for (const [how, options] of [['one peer connection', {}], ['two peer connections', { singlePeerConnection: false }]])
    test(`goes on seeing and being seen, and resumes (${how})`, async () => {
      const room = newRoom('resume');
      const [ann, bob] = await Promise.all([browser.join(room, 'ann', { server: cable.url, ...options }), browser.join(room, 'bob', options)]);
      await Promise.all([ann.publish({ colour: 'red', hertz: 440 }), bob.publish({ colour: 'blue', hertz: 950 })]);
      await Promise.all([ann.sees('bob', 'blue'), bob.sees('ann', 'red')]);

      cable.cut();
      await ann.experiences('SignalReconnecting');
      await Promise.all([ann.decodesMore('bob', 15), bob.decodesMore('ann', 15)]); // meanwhile
      cable.mend();
      await ann.experiences('Reconnected');

      await Promise.all([ann.decodesMore('bob', 15), bob.decodesMore('ann', 15)]);
      await Promise.all([ann.hears('bob', 950), bob.hears('ann', 440)]);
      await Promise.all([ann.send('I am back', 'talk'), bob.receives('ann', 'talk', 'I am back')]);
      assert.deepEqual(await ann.eventsSoFar(), ['SignalReconnecting', 'Reconnected'], 'no track was lost');
      assert.deepEqual(await bob.eventsSoFar(), [], 'nobody noticed');
      await Promise.all([ann.close(), bob.close()]);
    });
});
