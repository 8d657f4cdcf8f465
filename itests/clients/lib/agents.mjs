// Workers of the official Python framework (agents/worker.py), each a process. agents/install.sh makes their environment.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

const folder = fileURLToPath(new URL('../agents/', import.meta.url));

/** @param url of the node that it registers at @param name of the agent */
export async function startWorker(url, name) {
  const environment = { ...process.env, LIVEKIT_URL: url, LIVEKIT_API_KEY: 'devkey', LIVEKIT_API_SECRET: 'secret', AGENT_NAME: name };
  const process_ = spawn(`${folder}.venv/bin/python`, [`${folder}worker.py`], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const worker = new Worker(process_);
  await until('a worker that has registered', () => worker.node(), 60_000).catch((e) => {
    worker.kill();
    throw new Error(`${e.message}\n${worker.said}`);
  });
  return worker;
}

class Worker {
  said = '';
  #process;

  constructor(process) {
    this.#process = process;
    for (const stream of [process.stdout, process.stderr]) stream.on('data', (text) => (this.said += text));
  }

  /** The id of the node where it has registered last. */
  node() {
    return this.said.match(/registered \S+ at (\S+)(?![\s\S]*registered \S+ at)/)?.[1];
  }

  registrations() {
    return this.said.match(/^registered /gm)?.length ?? 0;
  }

  /** Without a word. */
  kill() {
    this.#process.kill('SIGKILL');
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    const patience = setTimeout(() => this.kill(), 8_000);
    await gone;
    clearTimeout(patience);
  }
}
