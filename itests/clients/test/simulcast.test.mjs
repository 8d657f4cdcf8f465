import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { newRoom } from '../lib/server.mjs';

describe('simulcast', { timeout: 120_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test('a subscriber gets the size that it prefers', async () => {
    const room = newRoom('simulcast');
    const [ann, bob] = await Promise.all([browser.join(room, 'ann'), browser.join(room, 'bob')]);
    await ann.publish({ colour: 'green', width: 960, height: 540, simulcast: true });
    await bob.sees('ann', 'green');
    await bob.seesWidth('ann', 960);

    await bob.prefer('ann', 'LOW');
    await bob.seesWidth('ann', 320);
    await bob.sees('ann', 'green');

    await bob.prefer('ann', 'HIGH');
    await bob.seesWidth('ann', 960);
    await bob.sees('ann', 'green');
    await Promise.all([ann.close(), bob.close()]);
  });
});
