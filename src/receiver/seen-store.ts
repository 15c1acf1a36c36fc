/**
 * What a receiver remembers so that it handles each event once. Offhook delivers at least once: an answer that got lost,
 * or a crash, makes it send an event again.
 *
 * An event is *new*, *claimed* while its handler runs, and *done* when the handler has succeeded:
 *
 *     new ── claim ──> claimed ── done ──> done, forgotten after `rememberSeconds`
 *      ^                  │
 *      └── release, or the claim has run out
 *
 * A claim is taken before the handler runs, so that two requests at the same time don't both run it; it is released
 * when the handler fails, so that the next attempt does run it; and it runs out by itself, for a receiver that died in
 * between. `claim` must be atomic over all processes that share the store.
 *
 * Write one over what your processes share: in Redis, claim is `SET key token NX PX …`; in SQL, one `INSERT … ON CONFLICT`
 * (docs/guides/receiver-node.md has it). Where the handler writes to a database anyway, the surest way is a unique key
 * written in the handler's own transaction: then pass `store: null`.
 */
export interface SeenStore {
  /**
   * `claimed`: it was new, and is the caller's for `claimSeconds`. `busy`: somebody else has it. `done`: it was handled.
   * A store that can't tell throws; the event is then tried again later.
   * @param token the caller's own, to release by
   */
  claim(key: string, token: string, claimSeconds: number): Promise<ClaimOutcome>;
  /** The event was handled, whoever holds the claim by now. */
  done(key: string, rememberSeconds: number): Promise<void>;
  /** Gives back a claim; nothing happens where it is no longer the token's, or the event is done. */
  release(key: string, token: string): Promise<void>;
}

export type ClaimOutcome = 'claimed' | 'busy' | 'done';
