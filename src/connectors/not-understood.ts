/**
 * What a phone system said and the connector did not understand: how often each kind of it, and one sample each. Kept
 * apart from the log of the server, which gets one line now and then: a PBX that talks nonsense must not fill a disk.
 *
 * A sample is made by the connector and has in it no value that may be secret.
 */
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';

/**
 * - `broken_line`: no header, so passed over
 * - `cut_line`: too long, so only its beginning was read
 * - `not_utf8`: of another encoding, which was guessed
 * - `oversized`: too large to be read at all; the connection was ended
 * - `unknown_event`: of a name that the connector does not know
 * - `incomplete_event`: lacks what says about whom it is
 * - `unknown_value`: a state, status or time that there is none of
 * - `contradiction`: does not go with what was said before, or with itself
 */
export type Misunderstanding =
  | 'broken_line'
  | 'cut_line'
  | 'not_utf8'
  | 'oversized'
  | 'unknown_event'
  | 'incomplete_event'
  | 'unknown_value'
  | 'contradiction';

export interface NotUnderstood {
  readonly kind: Misunderstanding;
  /** Since the start. */
  readonly count: number;
  /** The last time, milliseconds. */
  readonly lastAt: number;
  /** One of them, with a placeholder for every value that may be secret. */
  readonly sample: string;
}

export interface TallyParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connector: string;
}

/** A new sample is not made more often: making one costs more than counting. */
const sampleEveryMs = 1_000;
const logEveryMs = 600_000;
const longestSample = 400;

interface Entry {
  readonly kind: Misunderstanding;
  count: number;
  lastAt: number;
  sample: string;
  sampledAt: number;
  loggedAt: number;
  loggedCount: number;
}

export class NotUnderstoodTally {
  readonly #parts: TallyParts;
  readonly #entries = new Map<Misunderstanding, Entry>();

  constructor(parts: TallyParts) {
    this.#parts = parts;
  }

  /** @param sample made only when one is due */
  note(kind: Misunderstanding, sample: () => string): void {
    const { clock } = this.#parts;
    const now = clock.monotonic();
    const entry = this.#entries.get(kind) ?? this.#begin(kind);
    entry.count++;
    entry.lastAt = clock.now();
    if (now - entry.sampledAt >= sampleEveryMs) {
      entry.sampledAt = now;
      entry.sample = sample().slice(0, longestSample);
    }
    if (now - entry.loggedAt >= logEveryMs) this.#log(entry, now);
  }

  /** Those there were, in the order in which they first came. */
  list(): readonly NotUnderstood[] {
    return [...this.#entries.values()].map(({ kind, count, lastAt, sample }) => ({ kind, count, lastAt, sample }));
  }

  #begin(kind: Misunderstanding): Entry {
    const never = Number.NEGATIVE_INFINITY;
    const entry = { kind, count: 0, lastAt: 0, sample: '', sampledAt: never, loggedAt: never, loggedCount: 0 };
    this.#entries.set(kind, entry);
    return entry;
  }

  #log(entry: Entry, now: number): void {
    const { connector, logger } = this.#parts;
    const { kind, count, sample } = entry;
    const fields = { connector, kind, count: count - entry.loggedCount, sample };
    entry.loggedAt = now;
    entry.loggedCount = count;
    // An event of a name we do not know is most likely that of a module we have no use for.
    const level = kind === 'unknown_event' ? 'info' : 'warn';
    logger[level](fields, 'something the PBX said was not understood');
  }
}
