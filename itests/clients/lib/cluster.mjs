// Several nodes with one Redis, and a front door that leads to one that takes participants, as a load balancer does. Needs redis-server, and
// STOA_HOME: the folder of an assembled server. PORTS: the first of a hundred ports that are free (9100).
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.mjs';

const first = Number(process.env.PORTS ?? 9100);
const LOOK_MILLISECONDS = 200;
const PATIENCE_MILLISECONDS = 1_000;

export async function openCluster() {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-cluster-'));
  const redis = first + 90;
  const running = [];
  const start = (command, args) => {
    const process_ = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const one = { process: process_, said: '', ended: false };
    for (const stream of [process_.stdout, process_.stderr]) stream.on('data', (text) => (one.said += text));
    process_.on('exit', () => (one.ended = true));
    running.push(one);
    return one;
  };
  start('redis-server', ['--port', redis, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']);
  const nodes = [];

  /** A node of its own, once it is ready. */
  async function startNode(more = '') {
    const port = first + 10 * nodes.length;
    const body = `port: ${port}\nrtc:\n  tcp_port: ${port + 1}\n  udp_port: ${port + 2}\nredis:\n  address: 127.0.0.1:${redis}\n${more}`;
    const one = start(join(process.env.STOA_HOME, 'bin/stoa'), ['--dev', '--config-body', body]);
    const node = {
      port,
      url: `ws://127.0.0.1:${port}`,
      pid: one.process.pid,
      said: () => one.said,
      ended: () => one.ended,
      signal: (name) => one.process.kill(name),
    };
    nodes.push(node);
    await until(`node ${port} is ready`, () => {
      if (one.ended) throw new Error(one.said);
      return one.said.includes('stoa: ready');
    }, 120_000);
    await until(`the door leads to node ${port}`, () => door.leadsTo(node), 60_000);
    return node;
  }

  const door = await openDoor(nodes);
  return {
    startNode,
    url: door.url,
    async close() {
      door.close();
      for (const one of running.reverse()) one.process.kill('SIGKILL');
    },
  };
}

/** Leads to the first node that is ready to take somebody. */
async function openDoor(nodes) {
  const ready = new Map();
  const look = setInterval(() => {
    for (const node of nodes)
      fetch(`http://127.0.0.1:${node.port}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) }).then(
        (response) => ready.set(node, response.ok),
        () => ready.set(node, false),
      );
  }, LOOK_MILLISECONDS).unref();
  const server = createServer((near) => {
    const node = nodes.find((one) => ready.get(one));
    if (!node) return near.destroy();
    const far = connect(node.port, '127.0.0.1');
    for (const [end, other] of [[near, far], [far, near]]) {
      end.on('error', () => {}); // the other end is closed then, and clients come back
      end.on('close', () => other.destroy());
    }
    near.pipe(far).pipe(near);
  });
  server.unref();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    leadsTo: (node) => ready.get(node),
    close: () => {
      clearInterval(look);
      server.close();
    },
  };
}
