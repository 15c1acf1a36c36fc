/** Runs a handler once for each event, by what a SeenStore remembers. */
import { randomUUID } from 'node:crypto';
import { type Answer, answers } from './answer.ts';
import type { SeenStore } from './seen-store.ts';

/** The store could not be asked whether the event was handled. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
}

export interface OnceOptions {
  readonly store: SeenStore;
  readonly rememberSeconds: number;
  readonly claimSeconds: number;
  readonly onError: (error: unknown, status: number) => void;
}

/** Rejects with what `run` rejected with, or with StoreFailure. */
export type Once = (key: string, run: () => Promise<void>) => Promise<Answer>;

export function createOnce({ store, rememberSeconds, claimSeconds, onError }: OnceOptions): Once {
  return async (key, run) => {
    const token = randomUUID();
    const outcome = await store.claim(key, token, claimSeconds).catch((cause: unknown) => {
      throw new StoreFailure('the store could not be asked whether an event was handled', { cause });
    });
    if (outcome === 'done') return answers.duplicate;
    if (outcome === 'busy') return answers.busy;
    try {
      await run();
    } catch (error) {
      // Not released, the claim runs out by itself; what the answer says is what the handler said.
      await store.release(key, token).catch((failure: unknown) => onError(failure, 500));
      throw error;
    }
    // The event is handled, so the answer is 200: another attempt would run the handler again for sure.
    await store.done(key, rememberSeconds).catch((failure: unknown) => onError(failure, 200));
    return answers.handled;
  };
}

/**
 * A delivery's id has the sequence of its event, or of its batch's first. What stands before names who sends it, and what
 * follows the replay it belongs to: somebody asked for these again.
 */
const sequence = /-[0-9]+(?=(?:-r[0-9]+)?$)/;

/**
 * What an event is remembered by: its own id, which is unique within its domain and connector, under the subscription it
 * was sent for. Not the delivery's id alone: after a crash a batch may be cut anew and begin with the same event.
 */
export function seenKey(
  event: { readonly domain: string; readonly connector: string; readonly id: string },
  deliveryId: string,
): string {
  const parts = [deliveryId.replace(sequence, ''), event.domain, event.connector, event.id];
  return parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/');
}
