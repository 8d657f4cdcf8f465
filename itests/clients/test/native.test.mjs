import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { disposeNative, joinNative } from '../lib/native.mjs';
import { newRoom } from '../lib/server.mjs';

describe('the Rust SDK', { timeout: 120_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => Promise.all([browser.close(), disposeNative()]));

  test('and a browser see and hear each other and exchange messages', async () => {
    const room = newRoom('native');
    const [ann, rob] = await Promise.all([browser.join(room, 'ann'), joinNative(room, 'rob')]);
    await Promise.all([ann.publish({ colour: 'green', hertz: 600 }), rob.publish({ colour: 'yellow', hertz: 1100 })]);
    await Promise.all([ann.sees('rob', 'yellow'), rob.sees('ann', 'green'), ann.hears('rob', 1100), rob.hears('ann', 600)]);

    await Promise.all([ann.send('to Rust', 'talk'), rob.send('to JavaScript', 'talk')]);
    await Promise.all([ann.receives('rob', 'talk', 'to JavaScript'), rob.receives('ann', 'talk', 'to Rust')]);
    await Promise.all([ann.close(), rob.close()]);
  });
});
