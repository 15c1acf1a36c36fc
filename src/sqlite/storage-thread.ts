import type { Worker } from 'node:worker_threads';
import type { AnswerMessage, FromThread, JobMessage, Signal, ThreadOptions, ToThread } from './protocol.ts';
import { fromErrorMessage, StorageError } from './storage-error.ts';
import type { ThreadProgram } from './thread-program.ts';

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: StorageError) => void;
}

/** Small young generations: a storage thread's objects die at once, and its resident memory counts. */
const threadLimits = { maxYoungGenerationSizeMb: 8 };

/** Bytes of work that a thread is not kept waiting for. */
const worthPosting = 32_768;

/**
 * The main thread's side of a storage thread. States: opening -> open -> closing -> gone; or from any of them to
 * crashed, where all that waits is rejected and, once it was open, `onCrash` is called.
 *
 * Jobs given in one turn of the event loop travel in one message, since a message costs more than a small job; but a
 * thread with nothing to do gets its job at once, and so does any once there is enough work for it, so that both
 * threads work side by side. Jobs are answered in the order they were given.
 */
export class StorageThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onCrash: (error: StorageError) => void;
  /** Told what the thread has to say besides answers. */
  onSignal: (signal: Signal) => void = () => {};
  readonly #gone: Promise<void>;
  #outbox: JobMessage[] = [];
  #outboxWeight = 0;
  #ticket = 0;
  #isOpen = false;
  #refusal: StorageError | null = null;
  #closing: Promise<void> | null = null;
  #damage: string | null = null;

  private constructor(program: ThreadProgram, options: ThreadOptions, onCrash: (error: StorageError) => void) {
    this.#onCrash = onCrash;
    this.#worker = program.start(options, threadLimits);
    this.#gone = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#crash('a storage thread ended by itself');
        resolve();
      });
    });
    this.#worker.once('error', (error) => this.#crash(`a storage thread failed: ${(error as Error).message}`));
  }

  /** @throws StorageError when the thread can't open the database. */
  static async open(
    program: ThreadProgram,
    options: ThreadOptions,
    onCrash: (error: StorageError) => void,
  ): Promise<StorageThread> {
    const thread = new StorageThread(program, options, onCrash);
    await thread.#opened();
    thread.#isOpen = true;
    return thread;
  }

  /** What a job last said of a damaged database; null: none met any. */
  get damage(): string | null {
    return this.#damage;
  }

  submit(kind: string, input: unknown, weight: number): Promise<unknown> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    const ticket = this.#ticket++;
    const idle = this.#waiting.size === 0;
    if (this.#outbox.length === 0 && !idle) setImmediate(() => this.#post());
    this.#outbox.push({ ticket, kind, input, weight });
    this.#outboxWeight += weight;
    const answer = new Promise((resolve, reject) => this.#waiting.set(ticket, { resolve, reject }));
    if (idle || this.#outboxWeight >= worthPosting) this.#post();
    return answer;
  }

  signal(signal: Signal): void {
    this.#say(signal);
  }

  /** Takes no more jobs; those given before are finished. */
  refuse(): void {
    this.#refusal ??= new StorageError('closed', 'the store is closed');
  }

  /** Ends after the jobs given before it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(-1, { resolve: () => resolve(), reject });
      this.#worker.on('message', (message: FromThread) => {
        if (message === 'open') return this.#settle({ ticket: -1 });
        if (typeof message === 'string') return this.onSignal(message);
        if (!('refused' in message)) return message.forEach((answer) => this.#settle(answer));
        this.#refusal = fromErrorMessage(message.refused);
        this.#settle({ ticket: -1, error: message.refused });
      });
    });
  }

  #post(): void {
    if (this.#outbox.length === 0) return;
    this.#say(this.#outbox);
    this.#outbox = [];
    this.#outboxWeight = 0;
  }

  #say(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin, only windows do
    this.#worker.postMessage(message);
  }

  #settle({ ticket, output, error }: AnswerMessage): void {
    const waiting = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    if (!error) return waiting?.resolve(output);
    if (error.code === 'corrupt') this.#damage = error.message;
    waiting?.reject(fromErrorMessage(error));
  }

  async #close(): Promise<void> {
    this.refuse();
    this.#post();
    this.#say('close');
    await this.#gone;
  }

  #crash(message: string): void {
    const expected = this.#refusal !== null && this.#waiting.size === 0;
    if (expected || this.#refusal?.code === 'crashed') return;
    const error = new StorageError('crashed', message);
    this.#refusal = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (this.#isOpen) this.#onCrash(error);
  }
}
