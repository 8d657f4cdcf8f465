import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { layCable } from '../lib/cable.mjs';
import { disposeNative, joinNative } from '../lib/native.mjs';
import { newRoom, roomService } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';

const WAYS = [
  ['one peer connection', {}],
  ['two peer connections', { singlePeerConnection: false }],
];

describe('a participant and two rooms', { timeout: 240_000 }, () => {
  let browser, cable;
  before(async () => ([browser, cable] = await Promise.all([openBrowser(), layCable()])));
  after(async () => {
    cable.remove();
    await Promise.all([browser.close(), disposeNative()]);
  });

  /** Ann and Bob talk in one room, Cid is alone in the other. */
  async function everybody(options, annsOptions = options) {
    const [lobby, hall] = [newRoom('lobby'), newRoom('hall')];
    const [ann, bob, cid] = await Promise.all([browser.join(lobby, 'ann', annsOptions), browser.join(lobby, 'bob', options), browser.join(hall, 'cid', options)]);
    await Promise.all([
      ann.publish({ colour: 'red', hertz: 440 }),
      bob.publish({ colour: 'blue', hertz: 950 }),
      cid.publish({ colour: 'green', hertz: 700 }),
    ]);
    await Promise.all([ann.sees('bob', 'blue'), bob.sees('ann', 'red'), ann.hears('bob', 950), bob.hears('ann', 440)]);
    return { lobby, hall, ann, bob, cid };
  }

  for (const [how, options] of WAYS)
    test(`it is moved from one to the other (${how})`, async () => {
      const { lobby, hall, ann, bob, cid } = await everybody(options, { server: cable.url, ...options });
      const connections = await ann.connections();
      const sent = await ann.sids();
      await roomService.moveParticipant(lobby, 'ann', hall);

      await Promise.all([cid.sees('ann', 'red'), cid.hears('ann', 440), ann.sees('cid', 'green'), ann.hears('cid', 700)]);
      await bob.experiences('ParticipantDisconnected');
      assert.deepEqual([await bob.others(), await ann.others(), await cid.others()], [[], ['cid'], ['ann']]);
      assert.equal(await ann.roomName(), hall);
      assert.deepEqual(await ann.sids(), sent, 'it publishes the same tracks');
      assert.equal(await ann.connections(), connections, 'by the same connections');
      await Promise.all([ann.send('here I am', 'talk'), cid.send('welcome', 'talk')]);
      await Promise.all([cid.receives('ann', 'talk', 'here I am'), ann.receives('cid', 'talk', 'welcome')]);
      const events = await ann.eventsSoFar();
      assert.equal(events.filter((event) => event === 'Moved').length, 1, events.join());
      assert.deepEqual(events.filter((event) => event.includes('onnect') && event !== 'ParticipantDisconnected'), [], 'it has noticed nothing else');

      cable.cut(); // by its new token it finds its new room
      await ann.experiences('SignalReconnecting');
      cable.mend();
      await ann.experiences('Reconnected');
      await Promise.all([cid.decodesMore('ann', 15), ann.decodesMore('cid', 15)]);

      await roomService.moveParticipant(hall, 'ann', lobby);
      await Promise.all([bob.sees('ann', 'red'), bob.hears('ann', 440), ann.sees('bob', 'blue'), ann.hears('bob', 950)]);
      assert.deepEqual(await cid.others(), []);
      await Promise.all([ann.close(), bob.close(), cid.close()]);
    });

  for (const [how, options] of WAYS)
    test(`it is shown in the other as well (${how})`, async () => {
      const { lobby, hall, ann, bob, cid } = await everybody(options);
      await roomService.forwardParticipant(lobby, 'ann', hall);
      await Promise.all([cid.sees('ann', 'red'), cid.hears('ann', 440), bob.decodesMore('ann', 15), ann.decodesMore('bob', 15)]);
      assert.deepEqual([await ann.others(), await cid.others()], [['bob'], ['ann']]);
      const shown = await roomService.getParticipant(hall, 'ann');
      assert.deepEqual([shown.kindDetails.length, shown.tracks.length], [1, 2]);

      const late = await browser.join(hall, 'dan', options);
      await Promise.all([late.sees('ann', 'red'), late.hears('ann', 440)]);
      await ann.mute('video', true);
      await Promise.all([cid.experiences('TrackMuted'), bob.experiences('TrackMuted')]);
      await ann.mute('video', false);
      await Promise.all([cid.sees('ann', 'red'), late.sees('ann', 'red'), bob.sees('ann', 'red')]);

      await roomService.removeParticipant(hall, 'ann');
      await Promise.all([cid.experiences('ParticipantDisconnected'), bob.decodesMore('ann', 15)]);
      await roomService.forwardParticipant(lobby, 'ann', hall);
      await cid.sees('ann', 'red');
      await ann.leave();
      await Promise.all([until('Ann is gone', async () => !(await cid.others()).includes('ann')), bob.experiences('ParticipantDisconnected')]);
      await Promise.all([ann.close(), bob.close(), cid.close(), late.close()]);
    });

  test('one of the Rust SDK is moved and forwarded', async () => {
    const [lobby, hall, attic] = [newRoom('lobby'), newRoom('hall'), newRoom('attic')];
    const [rob, bob, cid, dan] = await Promise.all([joinNative(lobby, 'rob'), browser.join(lobby, 'bob'), browser.join(hall, 'cid'), browser.join(attic, 'dan')]);
    await Promise.all([rob.publish({ colour: 'yellow', hertz: 1100 }), cid.publish({ colour: 'green', hertz: 700 })]);
    await bob.sees('rob', 'yellow');
    await roomService.moveParticipant(lobby, 'rob', hall);
    await Promise.all([cid.sees('rob', 'yellow'), cid.hears('rob', 1100), rob.sees('cid', 'green'), rob.hears('cid', 700), bob.experiences('ParticipantDisconnected')]);
    await roomService.forwardParticipant(hall, 'rob', attic);
    await Promise.all([dan.sees('rob', 'yellow'), dan.hears('rob', 1100), cid.decodesMore('rob', 15)]);
    await Promise.all([rob.close(), bob.close(), cid.close(), dan.close()]);
  });
});
