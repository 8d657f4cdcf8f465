// Three people in a call, one of them with two peer connections, who see and hear each other and count aloud in reliable messages.
import assert from 'node:assert/strict';
import { newRoom } from './server.mjs';
import { until } from './until.mjs';

const COLOURS = { ann: 'red', bob: 'blue', cid: 'green' };
const NAMES = Object.keys(COLOURS);
const TOPIC = 'numbers';
const EVERY_MILLISECONDS = 10;

export class Trio {
  call;
  #pairs;

  static async meet(browser, purpose) {
    const trio = new Trio();
    const room = newRoom(purpose);
    trio.call = await Promise.all(NAMES.map((name) => browser.join(room, name, { singlePeerConnection: name !== 'bob' })));
    trio.#pairs = trio.call.flatMap((one) => NAMES.filter((name) => name !== one.identity).map((other) => [one, other]));
    await Promise.all(trio.call.map((one, i) => one.publish({ colour: COLOURS[one.identity], hertz: 400 + 300 * i, framesPerSecond: 20 })));
    await trio.#everybody((one, other) => one.sees(other, COLOURS[other]));
    await Promise.all(trio.call.map((one) => one.talk(TOPIC, EVERY_MILLISECONDS)));
    return trio;
  }

  /** Nobody is offered anything or reconnects, decoders go on, and every number comes once and in order. */
  async unnoticed(t, part, swap) {
    const [offers, events] = [await this.all('offers'), await this.all('eventsSoFar')];
    await this.#goesOn(t, part, swap);
    assert.deepEqual(await this.all('offers'), offers);
    assert.deepEqual(await this.all('eventsSoFar'), events);
  }

  /** Everybody's signalling breaks off and is resumed, once; decoders go on, and every number comes once and in order. */
  async resumedOnce(t, part, swap) {
    const [connections, events] = [await this.all('connections'), await this.all('eventsSoFar')];
    await this.#goesOn(t, part, async (it) => {
      await swap(it);
      await until('all are back', async () => (await this.all('eventsSoFar')).every((now, i) => now.length >= events[i].length + 2));
    });
    for (const [i, now] of (await this.all('eventsSoFar')).entries()) assert.deepEqual(now.slice(events[i].length), ['SignalReconnecting', 'Reconnected']);
    assert.deepEqual(await this.all('connections'), connections);
  }

  async #goesOn(t, part, swap) {
    await this.all('gaps');
    const [keyFrames, active] = [await this.all('keyFramesAsked'), part.active()];
    await swap(part);
    assert.notDeepEqual(part.active(), active);
    await this.#everybody((one, other) => one.decodesMore(other, 20));
    await this.#everybody((one, other) => one.hearsNumbers(other, TOPIC, 50));
    const gaps = await this.all('gaps');
    await this.#everybody((one, other) => one.sees(other, COLOURS[other]));
    assert.deepEqual(await this.all('keyFramesAsked'), keyFrames);
    const wrong = await this.#everybody((one, other) => one.wrongNumbers(other, TOPIC));
    assert.deepEqual(wrong.filter((one) => one.lost + one.doubled + one.disordered > 0), []);
    const longest = (kind) => Math.round(Math.max(...gaps.map((one) => one[kind])));
    t.diagnostic(`${active} -> ${part.active()}: at most ${longest('arrived')} ms between two pictures arriving, ${longest('shown')} ms between two shown; normal is 50`);
  }

  all(method) {
    return Promise.all(this.call.map((one) => one[method]()));
  }

  #everybody(does) {
    return Promise.all(this.#pairs.map(([one, other]) => does(one, other)));
  }
}
