// Participants of a room on one node who are shown in a room on another one. Starts nodes and a Redis of its own (lib/cluster.mjs); needs
// STOA_HOME, the folder of an assembled server. Normally called by `./dev test nodes`.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RoomServiceClient } from 'livekit-server-sdk';
import { openBrowser } from '../lib/browser.mjs';
import { openCluster } from '../lib/cluster.mjs';
import { disposeNative, joinNative } from '../lib/native.mjs';
import { Successors } from '../lib/plugins.mjs';
import { newRoom } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';

const api = (node) => new RoomServiceClient(node.url.replace(/^ws/, 'http'), 'devkey', 'secret');

describe('ForwardParticipant over nodes', { timeout: 300_000 }, () => {
  let browser, cluster, near, far;
  before(async () => {
    browser = await openBrowser();
    cluster = await openCluster();
    near = await cluster.startNode();
    far = await cluster.startNode();
  });
  after(async () => {
    await browser.close();
    await cluster.close();
    await disposeNative();
  });

  /** A room that lives on that node: the selector takes any. */
  async function roomOn(node, about) {
    return until(`a room on node ${node.port}`, async () => {
      const name = newRoom(about);
      await api(near).createRoom({ name });
      if (node.said().includes(`room ${name} opened`)) return name;
      await api(near).deleteRoom(name);
    });
  }

  const gone = (who, from) => until(`${who} leaves`, async () => !(await from.others()).includes(who), 60_000);

  test('picture, sound, mute, late viewers, both ways, the end', async () => {
    const [lobby, hall] = [await roomOn(near, 'lobby'), await roomOn(far, 'hall')];
    const ann = await browser.join(lobby, 'ann', { server: near.url });
    await ann.publish({ colour: 'green', hertz: 700, width: 640, height: 360, simulcast: true });
    const bob = await joinNative(lobby, 'bob', near.url);
    await bob.publish({ colour: 'blue', hertz: 500 });
    const cid = await browser.join(hall, 'cid', { server: far.url });
    await cid.publish({ colour: 'red', hertz: 900 });

    await api(near).forwardParticipant(lobby, 'ann', hall);
    await api(far).forwardParticipant(lobby, 'bob', hall);
    await api(near).forwardParticipant(hall, 'cid', lobby);
    await Promise.all([cid.sees('ann', 'green'), cid.sees('bob', 'blue'), ann.sees('cid', 'red'), bob.sees('cid', 'red')]);
    await Promise.all([cid.hears('bob', 500), bob.hears('cid', 900)]);
    await cid.seesWidth('ann', 640);
    await cid.prefer('ann', 'LOW');
    await cid.seesWidth('ann', 320);
    await cid.prefer('ann', 'HIGH');
    await cid.seesWidth('ann', 640);

    await cid.decodesMore('ann', 30); // what is only just there is not asked for
    const asked = await ann.keyFramesAsked();
    const dan = await joinNative(hall, 'dan', far.url);
    await Promise.all([dan.sees('ann', 'green'), dan.hears('ann', 700)]);
    await until('a key frame for a late viewer there is asked of the publisher here', async () => (await ann.keyFramesAsked()) > asked);

    await ann.mute('audio', true);
    await cid.knowsMuted('ann', true);
    await ann.mute('audio', false);
    await cid.knowsMuted('ann', false);
    await dan.hears('ann', 700);

    await api(near).updateParticipant(lobby, 'ann', { name: 'Ann', metadata: 'about her' });
    await until('what is said of ann', async () => {
      const shown = await api(near).getParticipant(hall, 'ann');
      return shown.name === 'Ann' && shown.metadata === 'about her' && shown.tracks.length === 2;
    });
    const [room] = await api(far).listRooms([lobby]);
    assert.equal(room.numParticipants, 3, 'ann, bob, and cid, who is shown');

    await api(far).removeParticipant(hall, 'bob');
    await gone('bob', cid);
    await cid.decodesMore('ann', 10);
    await ann.close();
    await gone('ann', cid);
    assert.deepEqual((await api(near).listParticipants(hall)).map((one) => one.identity).sort(), ['cid', 'dan']);
    await Promise.all([bob.sees('cid', 'red'), bob.hears('cid', 900)]);
    await api(near).deleteRoom(hall);
    await until('cid leaves', () => !bob.room.remoteParticipants.has('cid'));
    await bob.close();
    await dan.close();
    await cid.close();
  });

  test('the room managers of both nodes are replaced, and the participant is shown again', async () => {
    const [lobby, hall] = [await roomOn(near, 'lobby'), await roomOn(far, 'hall')];
    const ann = await browser.join(lobby, 'ann', { server: near.url });
    await ann.publish({ colour: 'green', hertz: 700 });
    const cid = await browser.join(hall, 'cid', { server: far.url });
    await api(near).forwardParticipant(lobby, 'ann', hall);
    await cid.sees('ann', 'green');
    const room = new Successors('io.stoa.room'); // both run from one folder
    try {
      for (const replace of [() => room.start(), () => room.close()]) {
        const times = () => [near, far].map((node) => node.said().split('rooms go on here').length);
        const before = times();
        replace();
        await until('both have gone over', () => times().every((count, i) => count > before[i]), 60_000);
        await until('the participant is there', async () => (await api(far).listParticipants(hall)).length === 2);
        await cid.sees('ann', 'green');
        await cid.decodesMore('ann', 10);
      }
    } finally {
      room.close();
    }
    assert.deepEqual(await cid.others(), ['ann']);
    await ann.close();
    await gone('ann', cid);
    await cid.close();
  });

  test('the node of the destination drains, and the participant is shown where the room goes on', async () => {
    const [lobby, hall] = [await roomOn(near, 'lobby'), await roomOn(far, 'hall')];
    const ann = await browser.join(lobby, 'ann', { server: near.url });
    await ann.publish({ colour: 'green', hertz: 700 });
    const cid = await browser.join(hall, 'cid', { server: cluster.url });
    await api(near).forwardParticipant(lobby, 'ann', hall);
    await cid.sees('ann', 'green');
    far.signal('SIGTERM');
    await until('the node has ended', () => far.ended(), 60_000);
    await cid.sees('ann', 'green');
    await cid.decodesMore('ann', 10);
    far = await cluster.startNode();
    await ann.close();
    await gone('ann', cid);
    await cid.close();
  });

  test('the node of the source is killed, and the participant leaves', async () => {
    const [lobby, hall] = [await roomOn(near, 'lobby'), await roomOn(far, 'hall')];
    const ann = await browser.join(lobby, 'ann', { server: near.url });
    await ann.publish({ colour: 'green', hertz: 700 });
    const cid = await browser.join(hall, 'cid', { server: far.url });
    await api(near).forwardParticipant(lobby, 'ann', hall);
    await cid.sees('ann', 'green');
    near.signal('SIGKILL');
    await gone('ann', cid);
    await cid.close();
  });
});
