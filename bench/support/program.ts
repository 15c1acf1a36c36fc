/** A helper process of a benchmark, seen from outside: its methods are called like functions. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AnswerMessage, type Methods, profileVariable } from './serve.ts';

export interface ProgramOptions {
  /** Folder for CPU profiles of what it measures (`spentOn`); null: none. */
  readonly profileDir?: string | null;
}

type Waiter = { readonly resolve: (output: unknown) => void; readonly reject: (error: Error) => void };

export class Program<M extends Methods> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiter>();
  #tickets = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', ({ ticket, output, error }: AnswerMessage) => {
      const waiter = this.#waiting.get(ticket);
      this.#waiting.delete(ticket);
      if (error === undefined) waiter?.resolve(output);
      else waiter?.reject(new Error(error));
    });
    child.once('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a program ended: ${code ?? signal}`));
    });
  }

  /** @param file a module of `bench/programs` that calls `serve` */
  static async start<M extends Methods>(file: URL, { profileDir }: ProgramOptions = {}): Promise<Program<M>> {
    const env = profileDir ? { ...process.env, [profileVariable]: profileDir } : process.env;
    const child = fork(file, { env, serialization: 'advanced' });
    const program = new Program<M>(child);
    await new Promise<unknown>((resolve, reject) => program.#waiting.set(0, { resolve, reject }));
    return program;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  call<K extends keyof M & string>(name: K, input: Parameters<M[K]>[0]): Promise<Awaited<ReturnType<M[K]>>> {
    const ticket = ++this.#tickets;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ticket, { resolve: resolve as (output: unknown) => void, reject });
      this.#child.send({ ticket, name, input });
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 20_000);
    await exited;
    clearTimeout(late);
  }
}
