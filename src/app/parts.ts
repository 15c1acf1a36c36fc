/**
 * The running parts in the order they were started. Stopping goes backwards, each part getting what is left of the
 * time; one that fails or takes too long is logged and left behind, so that those after it are stopped all the same.
 */
import { delay, type Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';

export interface Part {
  readonly name: string;
  stop(): Promise<void>;
}

export class Parts {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #started: Part[] = [];

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Runs `start`, and remembers how to stop what it started. */
  async add<T>(name: string, start: () => Promise<T> | T, stop: (started: T) => Promise<void>): Promise<T> {
    const started = await start();
    this.#started.push({ name, stop: () => stop(started) });
    return started;
  }

  /** Last started, first stopped. `withinMs` is for all of them together; closing the store always gets its turn. */
  async stop(withinMs: number): Promise<void> {
    const end = this.#clock.monotonic() + withinMs;
    for (let part = this.#started.pop(); part; part = this.#started.pop()) {
      await this.#stopOne(part, Math.max(leastMs, end - this.#clock.monotonic()));
    }
  }

  async #stopOne(part: Part, withinMs: number): Promise<void> {
    const settled = new AbortController();
    try {
      const late = delay(this.#clock, withinMs, settled.signal).then(
        () => 'late',
        () => 'in time',
      );
      const how = await Promise.race([part.stop().then(() => 'in time'), late]);
      if (how === 'late')
        this.#logger.warn({ part: part.name, withinMs }, 'a part did not stop in time and is left behind');
    } catch (error) {
      this.#logger.error({ part: part.name, reason: String(error) }, 'a part failed to stop');
    } finally {
      settled.abort();
    }
  }
}

/** Even when the time is up a part gets this long: most need nothing but a turn. */
const leastMs = 250;
