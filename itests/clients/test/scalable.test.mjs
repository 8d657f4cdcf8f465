import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { newRoom } from '../lib/server.mjs';

// One stream with all layers in it: the server takes out what a subscriber does not want.
describe('scalable codecs', { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  for (const videoCodec of ['vp9', 'av1'])
    for (const scalabilityMode of ['L3T3_KEY', 'L3T3'])
      test(`a subscriber gets the size that it prefers of ${videoCodec} ${scalabilityMode}`, async () => {
        const room = newRoom('scalable');
        const [ann, bob, cid] = await Promise.all(['ann', 'bob', 'cid'].map((name) => browser.join(room, name)));
        await ann.publish({ colour: 'green', width: 960, height: 540, videoCodec, scalabilityMode, backupCodec: false });
        for (const one of [bob, cid]) {
          await one.sees('ann', 'green');
          await one.seesWidth('ann', 960);
        }
        await bob.prefer('ann', 'LOW');
        await bob.seesWidth('ann', 240);
        await bob.sees('ann', 'green');

        await bob.prefer('ann', 'MEDIUM');
        await bob.seesWidth('ann', 480);
        await bob.sees('ann', 'green');
        await cid.seesWidth('ann', 960);

        await bob.prefer('ann', 'HIGH');
        await bob.seesWidth('ann', 960);
        await bob.sees('ann', 'green');
        await Promise.all([ann, bob, cid].map((one) => one.close()));
      });
});
