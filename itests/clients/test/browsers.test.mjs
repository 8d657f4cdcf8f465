import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { newRoom } from '../lib/server.mjs';

describe('two browsers see and hear each other and exchange messages', { timeout: 120_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test('with one peer connection each, as the SDK likes it', () => call(1, {}));
  test('with two peer connections each', () => call(2, { singlePeerConnection: false }));

  async function call(connections, options) {
    const room = newRoom('browsers');
    const [ann, bob] = await Promise.all([browser.join(room, 'ann', options), browser.join(room, 'bob', options)]);
    await Promise.all([ann.publish({ colour: 'red', hertz: 440 }), bob.publish({ colour: 'blue', hertz: 950 })]);
    await Promise.all([ann.sees('bob', 'blue'), bob.sees('ann', 'red'), ann.hears('bob', 950), bob.hears('ann', 440)]);

    await Promise.all([ann.send('good evening', 'talk'), bob.send('good morning', 'talk')]);
    await Promise.all([ann.receives('bob', 'talk', 'good morning'), bob.receives('ann', 'talk', 'good evening')]);
    assert.deepEqual([await ann.connections(), await bob.connections()], [connections, connections]);
    await Promise.all([ann.close(), bob.close()]);
  }
});
