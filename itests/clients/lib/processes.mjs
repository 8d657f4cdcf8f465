// Processes of a cluster that a test makes fail: nodes of the built server (STOA_HOME), Redis, Sentinels, and what is between them.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.mjs';

const home = process.env.STOA_HOME;
const LOOPBACK = '127.0.0.1';
const started = new Set();

/** A folder for all that a run leaves; gone after it, unless KEEP is set. */
export const folder = mkdtempSync(join(tmpdir(), 'stoa-faults-'));

export async function stopAll() {
  for (const one of [...started].reverse()) await one.stop();
  if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true });
}

/** What each has said last, for whoever wants to know why. */
export function lastWords() {
  return [...started].filter((one) => one.said).map((one) => `-- ${one.name}\n${one.said.split('\n').slice(-25).join('\n')}`).join('\n');
}

class Program {
  said = '';
  process;

  run(command, args, options = {}) {
    started.add(this);
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const listen = (bytes) => { this.said += bytes; };
    this.process.stdout.on('data', listen);
    this.process.stderr.on('data', listen);
    this.process.on('error', (error) => listen(`${error}`));
  }

  isAlive() {
    return this.process && this.process.exitCode === null && this.process.signalCode === null;
  }

  says(pattern, milliseconds = 60_000) {
    return until(`${this.name} says ${pattern}`, () => {
      if (pattern.test(this.said)) return true;
      if (!this.isAlive()) throw new Error(`it has ended: ${this.said}`);
      return false;
    }, milliseconds);
  }

  pause() {
    this.process.kill('SIGSTOP');
  }

  resume() {
    this.process.kill('SIGCONT');
  }

  async kill() {
    await this.#end('SIGKILL');
  }

  async stop() {
    started.delete(this);
    if (this.isAlive()) this.process.kill('SIGCONT');
    await this.#end('SIGTERM');
  }

  async #end(signal) {
    if (!this.isAlive()) return;
    const gone = new Promise((done) => this.process.once('exit', done));
    this.process.kill(signal);
    const patience = setTimeout(() => this.process.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(patience);
  }
}

/** One that keeps what it has acknowledged, as long as its folder is not emptied. */
export class Redis extends Program {
  constructor(port, more = []) {
    super();
    this.port = port;
    this.name = `redis-${port}`;
    this.more = more;
  }

  async start({ empty = false } = {}) {
    const at = join(folder, this.name);
    if (empty) rmSync(at, { recursive: true, force: true });
    mkdirSync(at, { recursive: true });
    this.said = '';
    const args = ['--port', this.port, '--bind', LOOPBACK, '--dir', at, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', ...this.more];
    this.run('redis-server', args.map(String));
    await this.says(/Ready to accept connections/);
    return this;
  }
}

export class Sentinel extends Program {
  constructor(port, master) {
    super();
    this.port = port;
    this.master = master;
    this.name = `sentinel-${port}`;
  }

  async start() {
    const file = join(folder, `${this.name}.conf`);
    writeFileSync(file, `port ${this.port}\nbind ${LOOPBACK}\nsentinel monitor main ${LOOPBACK} ${this.master.port} 2\n`
      + 'sentinel down-after-milliseconds main 2000\nsentinel failover-timeout main 6000\n');
    this.run('redis-server', [file, '--sentinel']);
    await this.says(/\+monitor/);
    return this;
  }
}

export class Node extends Program {
  /** @param settings YAML beside the ports */
  constructor(name, port, settings) {
    super();
    this.name = name;
    this.port = port;
    this.settings = settings;
    this.url = `ws://${LOOPBACK}:${port}`;
    this.plugins = join(folder, name, 'plugins');
    this.file = join(folder, `${name}.yaml`);
    mkdirSync(this.plugins, { recursive: true });
  }

  async start() {
    this.said = '';
    this.configure(this.settings);
    const env = { ...process.env, STOA_DATA: join(folder, this.name, 'data'), STOA_RUN: join(folder, this.name, 'run'), STOA_PLUGINS: this.plugins };
    this.run(join(home, 'bin', 'stoa'), ['--dev', '--config', this.file], { env });
    await this.says(/^stoa: ready/m, 120_000);
    this.id = /node (ND_\w+)/.exec(this.said)[1];
    return this;
  }

  /** Also while it runs. */
  configure(settings) {
    this.settings = settings;
    writeFileSync(this.file, `port: ${this.port}\nrtc:\n  tcp_port: ${this.port + 1}\n  udp_port: ${this.port + 2}\n${settings}`);
  }
}

/** Between a client and the first of its servers that accepts connections: slow, or parted from both. */
export class Way {
  #sockets = new Set();
  #held = [];
  #parted = false;
  delay = 0;

  /** @param ports of the servers, the best first */
  constructor(port, ports) {
    this.port = port;
    this.ports = ports;
    this.server = createServer((socket) => this.#accept(socket, 0));
  }

  async start() {
    started.add(this);
    await new Promise((done) => this.server.listen(this.port, LOOPBACK, done));
    return this;
  }

  /** What is sent from now on does not arrive, and nobody hears that a connection has ended. */
  part() {
    this.#parted = true;
  }

  join() {
    this.#parted = false;
    for (const deliver of this.#held.splice(0)) deliver();
  }

  #accept(client, which) {
    const server = connect(this.ports[which], LOOPBACK);
    server.once('error', () => {
      if (which + 1 < this.ports.length) this.#accept(client, which + 1);
      else client.destroy();
    });
    server.once('connect', () => {
      server.removeAllListeners('error');
      this.#pass(client, server);
      this.#pass(server, client);
    });
  }

  #pass(from, to) {
    this.#sockets.add(from);
    from.on('data', (bytes) => this.#deliver(() => to.writable && to.write(bytes)));
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      this.#deliver(() => to.destroy());
    });
  }

  #deliver(what) {
    if (this.#parted) this.#held.push(what);
    else if (this.delay > 0) setTimeout(() => this.#arrive(what), this.delay);
    else what();
  }

  #arrive(what) {
    if (this.#parted) this.#held.push(what);
    else what();
  }

  async stop() {
    started.delete(this);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }
}
