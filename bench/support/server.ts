/** The real server, `offhook up` from the checkout, as a process of its own with an empty data directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMsOf, memoryMbOf } from './processes.ts';
import { removeDir, temporaryDir } from './temporary.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const token = 'an-administrator-for-benchmarks';
const startWithinMs = 30_000;
const stopWithinMs = 30_000;
const configuration = 'delivery: { allowNetworks: [127.0.0.0/8] }\nlog: { level: error }\n';

export interface ServerOptions {
  /** Folder for CPU profiles, one for each thread; null: none. */
  readonly profileDir?: string | null;
  /** More of the configuration, YAML. */
  readonly configuration?: string;
}

/** Where a receiver is and what it is sent; the rest is usual. */
export interface SubscriptionFacts {
  readonly url: string;
  readonly domain: string;
  readonly extension?: string;
  readonly maxInFlight?: number;
  readonly signed?: boolean;
  /** Types of events; all unless given. */
  readonly events?: readonly string[];
}

export class BenchServer {
  readonly url: string;
  readonly token = token;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(child: ChildProcess, dir: string, url: string) {
    this.#child = child;
    this.#dir = dir;
    this.url = url;
  }

  static async start({ profileDir, configuration: more = '' }: ServerOptions = {}): Promise<BenchServer> {
    const dir = temporaryDir();
    const config = join(dir, 'offhook.yaml');
    writeFileSync(config, configuration + more);
    const profiling = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
    const child = spawn(process.execPath, [...profiling, main, 'up'], {
      cwd: dir,
      env: {
        PATH: process.env['PATH'],
        NODE_OPTIONS: process.env['NODE_OPTIONS'],
        OFFHOOK_CONFIG: config,
        OFFHOOK_DATA_DIR: join(dir, 'data'),
        OFFHOOK_PORT: '0',
        OFFHOOK_ADMIN_TOKEN: token,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    return new BenchServer(child, dir, await listeningUrl(child));
  }

  get dataDir(): string {
    return join(this.#dir, 'data');
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Resident memory, MB of a million bytes. */
  residentMb(): number {
    return memoryMbOf(this.pid, 'VmRSS');
  }

  /** The most it ever was. */
  peakMb(): number {
    return memoryMbOf(this.pid, 'VmHWM');
  }

  cpuMs(): number {
    return cpuMsOf(this.pid);
  }

  async subscribe(facts: SubscriptionFacts): Promise<void> {
    const { url, domain, extension = '*', maxInFlight = 8, signed = false, events } = facts;
    const signing = signed ? { secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`] } : null;
    const endpoint = { url, maxInFlight, signing };
    const scope = { domain, extension };
    await this.#post('/v1/subscriptions', { name: 'bench', scope, events, dialect: 'cloudevents', endpoint });
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.text(path)) as T;
  }

  async text(path: string): Promise<string> {
    const answer = await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${text}`);
    return text;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
      await exited;
      clearTimeout(late);
    }
    removeDir(this.#dir);
  }

  async #post(path: string, body: unknown): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${text}`);
  }
}

/** What it says once it takes requests. */
function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const late = setTimeout(() => reject(new Error(`the server did not start:\n${output}`)), startWithinMs);
    child.stderr?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
      const url = /listens on (http\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the server ended (${code}):\n${output}`));
    });
  });
}
