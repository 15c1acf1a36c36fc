/** The real server as a process of its own, over one data directory, to be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const startWithinMs = 30_000;
const stopWithinMs = 20_000;
const pollMs = 20;
const keptOutput = 1_000_000;

export interface ServerProcess {
  /** Base of its addresses, without a slash at the end; the same after every start. */
  readonly url: string;
  readonly token: string;
  /** Starts the process and returns at once, with its id. */
  launch(): number;
  /** Resolves when it answers that it is ready; rejects when the process ended or does not get ready. */
  ready(): Promise<void>;
  /** `kill -9`. @returns when the signal was sent, by `performance.now()`; the process is gone when it resolves */
  kill(): Promise<number>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
  /** The end of what it wrote. */
  output(): string;
}

/**
 * @param yaml the configuration, `offhook.yaml` of the directory
 * @param preload address of a module that is loaded before the server's own
 */
export async function serverProcess(
  dir: string,
  yaml: string,
  preload?: URL,
  { env: more = {}, openFiles }: ServerSurroundings = {},
): Promise<ServerProcess> {
  const port = await freePort();
  const token = 'an-administrator-for-tests';
  const config = join(dir, 'offhook.yaml');
  await writeFile(config, yaml);
  const env = {
    PATH: process.env['PATH'],
    OFFHOOK_CONFIG: config,
    OFFHOOK_DATA_DIR: join(dir, 'data'),
    OFFHOOK_PORT: String(port),
    OFFHOOK_ADMIN_TOKEN: token,
    ...more,
  };
  return new RunningServer(`http://127.0.0.1:${port}`, token, { dir, env, preload, openFiles });
}

export interface ServerSurroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Limit of open files, as `ulimit -n` sets it; undefined: this process's own. */
  readonly openFiles?: number;
}

interface Surroundings {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly preload: URL | undefined;
  readonly openFiles: number | undefined;
}

class RunningServer implements ServerProcess {
  readonly url: string;
  readonly token: string;
  readonly #surroundings: Surroundings;
  #child: ChildProcess | null = null;
  #output = '';

  constructor(url: string, token: string, surroundings: Surroundings) {
    this.url = url;
    this.token = token;
    this.#surroundings = surroundings;
    process.once('exit', () => this.#child?.kill('SIGKILL'));
  }

  launch(): number {
    const { dir, env, preload, openFiles } = this.#surroundings;
    const options = preload ? ['--import', preload.href] : [];
    const command = [process.execPath, ...options, main, 'up'];
    const limited =
      openFiles === undefined ? command : ['sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh', ...command];
    const child = spawn(limited[0] as string, limited.slice(1), {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-keptOutput);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
    return child.pid ?? 0;
  }

  async ready(): Promise<void> {
    const child = this.#running();
    const deadline = performance.now() + startWithinMs;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null) throw new Error(`the server ended (${child.exitCode}):\n${this.#output}`);
      if (performance.now() > deadline) throw new Error(`the server did not get ready:\n${this.#output}`);
      if (child.signalCode !== null) throw new Error('the server was killed');
      await wait(pollMs);
    }
  }

  async kill(): Promise<number> {
    const child = this.#running();
    const gone = once(child, 'exit');
    const at = performance.now();
    child.kill('SIGKILL');
    await gone;
    this.#child = null;
    return at;
  }

  async stop(): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await gone;
    clearTimeout(late);
    this.#child = null;
    return child.exitCode;
  }

  output(): string {
    return this.#output;
  }

  #running(): ChildProcess {
    if (!this.#child) throw new Error('the server was not launched');
    return this.#child;
  }

  async #isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

/** Below the range the kernel hands out by itself: the server has to get the same port after every start. */
const firstPort = 20_000;
const ports = 10_000;

export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * ports);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
