// Agents of the official Python framework, over one node or two: URLS (default ws://127.0.0.1:7880), separated by commas.
// Normally called by `./dev test agents`.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ParticipantKind } from '@livekit/rtc-node';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { startWorker } from '../lib/agents.mjs';
import { disposeNative, joinNative } from '../lib/native.mjs';
import { newRoom } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';

const urls = (process.env.URLS ?? 'ws://127.0.0.1:7880').split(',');
const api = (url, Client) => new Client(url.replace(/^ws/, 'http'), 'devkey', 'secret');
const pairs = urls.flatMap((worker) => urls.map((room) => [worker, room]));
const agentIn = (user) => [...user.room.remoteParticipants.values()].find((one) => one.kind === ParticipantKind.AGENT);

describe('agents of the Python framework', { timeout: 600_000 }, () => {
  const open = [];
  after(async () => {
    await Promise.all(open.map((one) => (one.stop ?? one.close).call(one)));
    await disposeNative();
  });
  const keep = (one) => (open.push(one), one);

  /** Somebody in a room of that node. */
  async function user(url, room) {
    const here = keep(await startWorker(url, newRoom('finder'))); // it knows the id of its node
    await api(url, RoomServiceClient).createRoom({ name: room, nodeId: here.node() });
    await here.stop();
    return keep(await joinNative(room, 'user', urls.at(-1)));
  }

  for (const [worker, at] of pairs) {
    test(`a job from its dispatch to its end: worker at ${worker}, room at ${at}`, async () => {
      const name = newRoom('agent');
      const room = newRoom('agents');
      keep(await startWorker(worker, name));
      const ann = await user(at, room);
      const dispatches = api(urls[0], AgentDispatchClient);
      const { id } = await dispatches.createDispatch(room, name, { metadata: 'what it is for' });
      const agent = await until('the agent', () => agentIn(ann), 40_000);
      await until('its attributes', () => agent.attributes.metadata === 'what it is for');
      await ann.hears(agent.identity, 660);
      const answer = await ann.room.localParticipant.performRpc({ destinationIdentity: agent.identity, method: 'who', payload: 'x', responseTimeout: 8_000 });
      const job = await until('the job', async () => (await dispatches.listDispatch(room)).find((one) => one.id === id)?.state?.jobs[0]);
      assert.equal(answer, `${job.id} x`);
      assert.equal(job.state.participantIdentity, agent.identity);
      await ann.send('1', 'ping');
      await ann.receives(agent.identity, 'pong', 'pong:1');
      await dispatches.deleteDispatch(id, room);
      await until('the farewell', () => !agentIn(ann));
    });
  }

  test('a worker that is killed is followed by another, of whichever node', async () => {
    const name = newRoom('agent');
    const room = newRoom('agents');
    const first = keep(await startWorker(urls[0], name));
    const ann = await user(urls[0], room);
    await api(urls[0], AgentDispatchClient).createDispatch(room, name);
    const agent = await until('the agent', () => agentIn(ann), 40_000);
    keep(await startWorker(urls.at(-1), name));
    first.kill();
    await until('another agent', () => agentIn(ann) && agentIn(ann).identity !== agent.identity, 60_000);
  });
});
