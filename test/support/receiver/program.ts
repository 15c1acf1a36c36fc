/** A receiver as a program of its own, on a port of this machine; what it prints is what it has handled. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface ReceiverProgram {
  readonly url: string;
  /** Ids of the events it has handled: the second word of each line that begins with an event's type. */
  handled(): readonly string[];
  /** Resolves when it has handled this one. */
  until(id: string): Promise<void>;
  output(): string;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What it prints when it listens. */
  readonly ready: RegExp;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startProgram(port: number, options: ProgramOptions): Promise<ReceiverProgram> {
  const { command, args, cwd, ready } = options;
  const env = { PATH: process.env['PATH'], PORT: String(port), ...options.env };
  // In a group of its own: PHP's server leaves its workers behind when it alone is ended.
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const program = new Program(child, `http://127.0.0.1:${port}/hook`);
  process.once('exit', program.kill);
  await program.ready(ready);
  return program;
}

const handledLine = /^[a-z]+\.[a-z_]+ (\S+)/;

class Program implements ReceiverProgram {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #handled: string[] = [];
  #output = '';
  #partLine = '';
  #changed = Promise.withResolvers<void>();

  constructor(child: ChildProcess, url: string) {
    this.url = url;
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#tell(text));
    child.once('error', (error) => this.#tell(String(error)));
    child.once('exit', () => this.#tell(''));
  }

  async ready(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended:\n${this.#output}`);
      await this.#changed.promise;
    }
  }

  handled(): readonly string[] {
    return this.#handled;
  }

  async until(id: string): Promise<void> {
    while (!this.#handled.includes(id)) await this.#changed.promise;
  }

  output(): string {
    return this.#output;
  }

  async stop(): Promise<void> {
    process.off('exit', this.kill);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    // Its output closes when the last of the group has gone.
    const gone = once(this.#child, 'close');
    this.kill();
    await gone;
  }

  readonly kill = (): void => {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };

  #read(text: string): void {
    const lines = (this.#partLine + text).split('\n');
    this.#partLine = lines.pop() ?? '';
    for (const line of lines) {
      const id = handledLine.exec(line)?.[1];
      if (id !== undefined) this.#handled.push(id);
    }
    this.#tell(text);
  }

  #tell(text: string): void {
    this.#output = (this.#output + text).slice(-20_000);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
