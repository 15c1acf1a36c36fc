import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

interface SinkMessage {
  readonly kind: string;
  readonly port?: number;
  readonly entries?: readonly (readonly [string, number])[];
}

/** The sink process, seen from a benchmark. */
export class Sink {
  readonly url: string;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Counts from zero again. */
  async reset(keepArrivals = false): Promise<void> {
    this.#child.send({ kind: 'reset', keepArrivals });
    await this.#next('reset');
  }

  /** Resolves when so many requests have come since the reset. */
  async reached(count: number): Promise<void> {
    this.#child.send({ kind: 'wait', count });
    await this.#next('reached');
  }

  /** When each event first came, milliseconds since 1970, by its id. */
  async arrivals(): Promise<Map<string, number>> {
    this.#child.send({ kind: 'arrivals' });
    return new Map((await this.#next('arrivals')).entries ?? []);
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.send({ kind: 'stop' });
    await exited;
  }

  async #next(kind: string): Promise<SinkMessage> {
    for (;;) {
      const [message] = (await once(this.#child, 'message')) as [SinkMessage];
      if (message.kind === kind) return message;
    }
  }
}

export async function startSink(): Promise<Sink> {
  const child = fork(new URL('./sink.ts', import.meta.url));
  const [message] = (await once(child, 'message')) as [SinkMessage];
  return new Sink(child, message.port ?? 0);
}
