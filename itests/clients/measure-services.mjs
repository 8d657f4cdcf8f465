// What everybody in a call with an agent in it notices when the bundles of services are updated, stopped and started again.
// `./dev measure services` prints it. UPDATES: of each bundle (3); PARTS: only these, separated by spaces. Needs agents/install.sh.
import { ParticipantKind } from '@livekit/rtc-node';
import { AgentDispatchClient } from 'livekit-server-sdk';
import { startWorker } from './lib/agents.mjs';
import { openBrowser } from './lib/browser.mjs';
import { disposeNative, joinNative } from './lib/native.mjs';
import { shell, Successors } from './lib/plugins.mjs';
import { newRoom, url } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const http = url.replace(/^ws/, 'http');
const api = (Client) => new Client(http, 'devkey', 'secret');
const room = newRoom('services');

const ALL = ['service.agent', 'edge.agent', 'service.room', 'service.egress', 'service.ingress', 'service.sip', 'edge.twirp', 'edge.whip', 'ops.webhook', 'ops.health'];
const parts = process.env.PARTS?.split(' ') ?? ALL;
const updates = Number(process.env.UPDATES ?? 3);

const browser = await openBrowser();
const worker = await startWorker(url, room);
const rows = {};
let asking = true;
try {
  const call = await Promise.all(['ann', 'bob'].map((name) => browser.join(room, name, { singlePeerConnection: name === 'ann' })));
  const rob = await joinNative(room, 'rob');
  await call[0].publish({ colour: 'red', hertz: 400 });
  await call[1].publish({ colour: 'blue', hertz: 900 });
  await Promise.all(call.map((one) => one.talk('numbers', 20)));
  const { id } = await api(AgentDispatchClient).createDispatch(room, room);
  const agentNow = () => [...rob.room.remoteParticipants.values()].find((one) => one.kind === ParticipantKind.AGENT);
  await until('the agent', agentNow, 60_000);
  await until('its job', () => agentNow()?.attributes.job);
  const job = agentNow().attributes.job;
  const seen = { sids: new Set([agentNow().sid]), answers: 0, failures: 0, longest: 0 };
  const caller = (async () => {
    while (asking) {
      const begin = performance.now();
      try {
        const answer = await rob.room.localParticipant.performRpc({ destinationIdentity: agentNow().identity, method: 'who', payload: '', responseTimeout: 5_000 });
        if (answer.trim() === job) seen.answers++;
        else seen.failures++;
      } catch {
        seen.failures++;
      }
      seen.longest = Math.max(seen.longest, performance.now() - begin);
      const agent = agentNow();
      if (agent) seen.sids.add(agent.sid);
      await new Promise((next) => setTimeout(next, 100));
    }
  })();
  await quiet();

  for (const part of parts) {
    const successors = new Successors(`io.stoa.${part}`);
    const row = (rows[part] = { updates: 0 });
    await noticed(row, 'updated', async () => {
      for (let i = 0; i < updates; i++, row.updates++) {
        await (i % 2 === 0 ? successors.succeed() : successors.update());
        await quiet();
      }
      await successors.withdraw();
      await quiet();
    });
    successors.close();
    await noticed(row, 'stopped', async () => {
      shell('stop', part);
      await quiet();
      shell('start', part);
      await quiet();
    });
    console.log(part, JSON.stringify(row));
  }

  await until('the job is listed', async () => (await api(AgentDispatchClient).listDispatch(room)).find((one) => one.id === id)?.state?.jobs[0]?.id === job);
  await api(AgentDispatchClient).deleteDispatch(id, room);
  await until('the agent leaves when its dispatch is deleted', () => !agentNow());
  asking = false;
  await caller;

  /** Everybody is connected, hears everybody, and the agent answers. */
  async function quiet() {
    await until('all connected', async () => (await Promise.all(call.map((one) => one.isConnected()))).every(Boolean));
    await Promise.all([call[0].hearsNumbers('bob', 'numbers', 20), call[1].hearsNumbers('ann', 'numbers', 20)]);
    await Promise.all([call[0].decodesMore('bob', 5), call[1].decodesMore('ann', 5)]);
    const answers = seen.answers;
    await until('the agent answers', () => seen.answers > answers + 1);
    await until('its worker is there', () => worker.node());
  }

  async function noticed(row, how, what) {
    const before = await counters();
    seen.longest = 0;
    await what();
    const after = await counters();
    const all = Object.keys(after).filter((name) => after[name] !== before[name]).map((name) => `${after[name] - before[name]} ${name}`);
    row[`${how}: noticed`] = all.join(', ') || 'nothing';
    row[`${how}: slowest answer of the agent, ms`] = Math.round(seen.longest);
  }

  async function counters() {
    const events = (await Promise.all(call.map((one) => one.eventsSoFar()))).flat();
    const wrong = [await call[0].wrongNumbers('bob', 'numbers'), await call[1].wrongNumbers('ann', 'numbers')];
    const sum = (list) => list.reduce((total, one) => total + one, 0);
    return {
      'resumes of users': events.filter((name) => name === 'SignalReconnecting').length,
      'full reconnects of users': sum(await Promise.all(call.map((one) => one.connections()))) + events.filter((name) => name === 'Disconnected').length,
      'messages lost': sum(wrong.map((one) => one.lost)),
      'messages doubled or out of order': sum(wrong.map((one) => one.doubled + one.disordered)),
      'returns of the agent': seen.sids.size,
      'calls that the agent did not answer': seen.failures,
      'registrations of the worker': worker.registrations(),
    };
  }
} finally {
  asking = false;
  console.table(rows);
  await worker.stop();
  await browser.close();
  await disposeNative();
}
process.exit(0);
