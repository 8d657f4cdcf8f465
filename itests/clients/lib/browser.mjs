// Chromium, in which every participant has a window. Playwright starts it without a sandbox, as containers need it, without calls to the
// network, and so that windows behind others work as hard.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { token, url } from './server.mjs';

const FILES = {
  '/page.mjs': new URL('page.mjs', import.meta.url),
  '/pictures.mjs': new URL('pictures.mjs', import.meta.url),
  '/until.mjs': new URL('until.mjs', import.meta.url),
  '/livekit-client.mjs': new URL('../node_modules/livekit-client/dist/livekit-client.esm.mjs', import.meta.url),
};
const PAGE = '<!doctype html><meta charset="utf-8"><title>participant</title><body><script type="module" src="/page.mjs"></script>';
const ARGUMENTS = [
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection', // the server may be reachable by 127.0.0.1 alone
];

/** @param more arguments of Chromium */
export async function openBrowser(more = []) {
  const pages = await servePages();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...ARGUMENTS, ...more] });
  return {
    /** A participant, whose methods are those of lib/page.mjs. Options are those of livekit-client's Room, and `server`: another way to it. */
    async join(room, identity, { server = url, ...options } = {}) {
      const page = await (await browser.newContext()).newPage();
      page.on('pageerror', (error) => console.error(`${identity}: ${error.stack}`));
      await page.goto(`http://127.0.0.1:${pages.address().port}/`);
      await page.waitForFunction(() => window.participant);
      const participant = remote(page, identity);
      participant.sid = await participant.join(server, await token(room, identity), options);
      return participant;
    },
    /** A page of its own, for whoever does without livekit-client. */
    async page() {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`http://127.0.0.1:${pages.address().port}/`);
      return page;
    },
    async close() {
      await browser.close();
      pages.close();
    },
  };
}

/** Calls of methods that are not here are made in the page. */
function remote(page, identity) {
  const call = (method) => async (...given) => {
    try {
      return await page.evaluate(([name, all]) => window.participant[name](...all), [method, given]);
    } catch (e) {
      throw new Error(`${identity}: ${e.message}`);
    }
  };
  const here = { identity, close: () => page.context().close(), then: undefined };
  return new Proxy(here, { get: (target, name) => (name in target ? target[name] : call(name)) });
}

function servePages() {
  const server = createServer(async (request, response) => {
    const file = FILES[request.url];
    response.setHeader('content-type', file ? 'text/javascript' : 'text/html');
    response.end(file ? await readFile(file) : PAGE);
  });
  return new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(server.unref())));
}
