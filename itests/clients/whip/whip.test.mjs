// WHIP from clients that others wrote: Chromium's, aiortc's and GStreamer's WebRTC. Over one node or two: URLS (default ws://127.0.0.1:7880),
// separated by commas. Normally called by `./dev test whip`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { RoomServiceClient } from 'livekit-server-sdk';
import { startWorker } from '../lib/agents.mjs';
import { openBrowser } from '../lib/browser.mjs';
import { disposeNative, joinNative } from '../lib/native.mjs';
import { COLOURS } from '../lib/pictures.mjs';
import { newRoom, token } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { publish } from './chromium.mjs';

const urls = (process.env.URLS ?? 'ws://127.0.0.1:7880').split(',');
const http = (url) => url.replace(/^ws/, 'http');
const rooms = new RoomServiceClient(http(urls[0]), 'devkey', 'secret');
const folder = fileURLToPath(new URL('.', import.meta.url));

describe('WHIP', { timeout: 600_000 }, () => {
  const open = [];
  let browser;
  before(async () => (browser = await openBrowser()));
  after(async () => {
    await Promise.all(open.map((close) => close()));
    await browser.close();
    await disposeNative();
  });

  /** Somebody who is in a room on that node. */
  async function viewer(url, room) {
    const finder = await startWorker(url, newRoom('finder')); // it knows the id of its node
    await finder.stop();
    await rooms.createRoom({ name: room, nodeId: finder.node() });
    const bob = await joinNative(room, 'bob', url);
    open.push(() => bob.close());
    return bob;
  }

  const gone = (bob, who) => until(`the end of ${who}`, () => !bob.room.remoteParticipants.has(who));

  for (const [at, home] of urls.flatMap((at) => urls.map((home) => [at, home]))) {
    const which = urls.length === 1 ? '' : `: client at ${at}, room at ${home}`;

    test(`Chromium: layers, late candidates, ICE restarts, the end${which}`, async () => {
      const room = newRoom('whip');
      const bob = await viewer(home, room);
      const page = await browser.page();
      const session = await publish(page, { url: `${http(at)}/whip/v1`, token: await token(room, 'whip'), colour: 'green', hertz: 700 });
      const through = (url) => new URL(new URL(session.location).pathname, http(url)).href; // requests may go to any node
      assert.equal(await page.evaluate((to) => window.whip.trickle(to), through(urls.at(-1))), 204);
      await Promise.all([bob.sees('whip', 'green'), bob.hears('whip', 700)]);
      const video = (await rooms.getParticipant(room, 'whip')).tracks.find((one) => one.name === 'synthesized-camera');
      assert.equal(video.layers.length, 3);
      for (const url of urls) {
        assert.equal(await page.evaluate((to) => window.whip.restart(to), through(url)), 200);
        await until('connected again', async () => /^connected (connected|completed)$/.test(await page.evaluate(() => window.whip.state())));
        await bob.sees('whip', 'green');
      }
      assert.equal(await page.evaluate((to) => window.whip.remove(to), through(urls[0])), 200);
      await gone(bob, 'whip');
      await page.context().close();
    });

    test(`aiortc${which}`, async () => {
      const room = newRoom('whip');
      const bob = await viewer(home, room);
      const environment = { ...process.env, WHIP_URL: `${http(at)}/whip/v1`, TOKEN: await token(room, 'whip'), COLOUR: COLOURS.red.join(), HERTZ: '900' };
      const client = run(`${folder}../agents/.venv/bin/python`, [`${folder}aiortc_publisher.py`], environment);
      await until('published', () => client.said.includes('published '), 30_000);
      await Promise.all([bob.sees('whip', 'red'), bob.hears('whip', 900)]);
      client.process.stdin.write('delete\n');
      await until('deleted', () => client.said.includes('deleted 200'));
      await gone(bob, 'whip');
    });

    test(`GStreamer${which}`, async () => {
      const room = newRoom('whip');
      const bob = await viewer(home, room);
      const environment = { ...process.env, WHIP_URL: `${http(at)}/whip/v1`, TOKEN: await token(room, 'whip'), COLOUR: '0xff323ccd', HERTZ: '500' };
      const client = run('/usr/bin/python3', [`${folder}gstreamer_publisher.py`], environment);
      await until('published', () => client.said.includes('published '), 30_000).catch((e) => {
        throw new Error(`${e.message}\n${client.said}`);
      });
      await Promise.all([bob.shows('whip', 'blue'), bob.hears('whip', 500)]);
      assert.doesNotMatch(client.said, /refused/);
      client.process.stdin.write('delete\n');
      await until('deleted', () => client.said.includes('deleted 200'));
      await gone(bob, 'whip');
    });
  }

  function run(command, options, env) {
    const client = { said: '', process: spawn(command, options, { env }) };
    open.push(() => client.process.kill('SIGKILL'));
    for (const stream of [client.process.stdout, client.process.stderr]) stream.on('data', (text) => (client.said += text));
    return client;
  }
});
