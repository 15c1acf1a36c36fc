import { delay, type Clock } from '../../kit/clock.ts';
import type { SqliteEngine } from '../../sqlite/engine.ts';

export interface StoreFacts {
  /** Why the store does not work; null when it does. */
  readonly problem: string | null;
  /** Bytes of the database in use; null where that could not be found out. */
  readonly usedBytes: number | null;
}

/** `notBefore`: an answer found out earlier than this (`Clock.monotonic`) is no answer; nothing: a recent one will do. */
export type StoreProbe = (notBefore?: number) => Promise<StoreFacts>;

const answerWithinMs = 2_000;
/** Whoever asks meanwhile gets the same answer: asking costs a commit, and anybody may ask. */
const holdsForMs = 1_000;

/** Writes and reads a little, and says whether that worked in time. */
export function createStoreProbe(engine: SqliteEngine, clock: Clock): StoreProbe {
  let turn = 0;
  let last: { readonly at: number; readonly facts: Promise<StoreFacts> } | null = null;
  const look = async (): Promise<StoreFacts> => {
    const asked = new AbortController();
    const late = delay(clock, answerWithinMs, asked.signal).then(
      () => `the store has not answered for ${answerWithinMs} ms`,
      () => null,
    );
    const done = Promise.all([
      engine.write('store.probeWrite', { turn: ++turn }),
      engine.read('store.probeRead', undefined),
    ]).then(
      ([usedBytes]) => ({ problem: damageOf(engine), usedBytes }),
      (error: Error) => ({ problem: error.message, usedBytes: null }),
    );
    const first = await Promise.race([done, late.then((problem) => ({ problem, usedBytes: null }))]);
    asked.abort();
    return first;
  };
  return (notBefore = Number.NEGATIVE_INFINITY) => {
    const now = clock.monotonic();
    if (!last || now - last.at >= holdsForMs || last.at <= notBefore) last = { at: now, facts: look() };
    return last.facts;
  };
}

/** It stays damaged, whatever else still works: somebody has to act. */
function damageOf(engine: SqliteEngine): string | null {
  const damage = engine.damage();
  return damage === null ? null : `the database is damaged (${damage}): see "offhook doctor", and restore a backup`;
}
