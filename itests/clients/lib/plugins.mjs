// Bundles in the plug-ins folder of the running server, as `./dev swap` puts them there, and what the server says about them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.mjs';

const home = process.env.STOA_HOME;
const folder = process.env.STOA_PLUGINS ?? join(home ?? '', 'plugins');
const status = join(process.env.STOA_RUN ?? join(home ?? '', 'run'), 'status');
const jarTool = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'jar') : 'jar';

/** Whether the server runs from a folder that is known here. */
export const canSwap = Boolean(home);

/** A command of the operator's shell. */
export function shell(...words) {
  return execFileSync(join(home, 'bin', 'stoa'), ['shell', ...words], { encoding: 'utf8' });
}

/** Copies of a shipped bundle under other versions, each of which can take its place. */
export class Successors {
  #bundle;
  #workshop = mkdtempSync(join(tmpdir(), 'stoa-successors-'));
  #file;
  #count = 0;
  #shipped;

  constructor(bundle) {
    this.#bundle = bundle;
    this.#file = join(folder, `${bundle}-successor.jar`);
  }

  /** The versions of the bundle that do their work now. */
  active() {
    const lines = readFileSync(status, 'utf8').split('\n').map((line) => line.split(' '));
    return lines.filter(([what, name, , state]) => what === 'bundle' && name === this.#bundle && state === 'ACTIVE').map(([, , version]) => version);
  }

  /** A copy in a file of its own is started beside the present one, which stops then. The one before it is removed. */
  async succeed() {
    const before = this.#file;
    this.#file = join(folder, `${this.#bundle}-successor-${this.#count + 1}.jar`);
    const version = this.#place();
    await this.#alone(version);
    rmSync(before, { force: true });
  }

  /** The same without waiting for it, where several servers run from one folder. */
  start() {
    this.#place();
  }

  /** Another copy in the file of the present one: the bundle is updated in place. */
  async update() {
    await this.#alone(this.#place());
  }

  /**
   * A copy of the very version of the shipped bundle, which is updated in place: for what cannot work beside itself, because it owns a
   * port. The server does not say when it is done.
   */
  replaceShipped() {
    this.#place(this.#shipped ??= this.active()[0]);
  }

  /** The shipped bundle takes its place again. */
  async withdraw() {
    rmSync(this.#file, { force: true });
    await until(`the shipped ${this.#bundle} is back`, () => this.active().length === 1 && !this.active()[0].includes('successor'));
  }

  close() {
    rmSync(this.#file, { force: true });
    rmSync(this.#workshop, { recursive: true, force: true });
  }

  #place(version = `0.1.0.successor-${String(++this.#count).padStart(3, '0')}`) {
    const jar = join(this.#workshop, 'next.jar');
    const shipped = readdirSync(join(home, 'bundles')).find((name) => name.startsWith(`${this.#bundle}-`));
    cpSync(join(home, 'bundles', shipped), jar);
    const manifest = join(this.#workshop, 'manifest');
    writeFileSync(manifest, `Bundle-Version: ${version}\n`);
    execFileSync(jarTool, ['--update', '--file', jar, '--manifest', manifest], { stdio: ['ignore', 'ignore', 'ignore'] }); // it warns of every header that it replaces
    cpSync(jar, `${this.#file}.part`); // renamed within the folder, so that nobody meets half a file
    renameSync(`${this.#file}.part`, this.#file);
    return version;
  }

  #alone(version) {
    return until(`${this.#bundle} ${version} works alone`, () => {
      if (String(this.active()) === version) return true;
      throw new Error(`active: ${this.active()}`);
    });
  }
}
