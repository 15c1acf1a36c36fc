/** Answers to POSTs that carried an `Idempotency-Key`, kept for a day: the same request gets the same answer again. */
export interface RememberedAnswer {
  /** Hash of method, path and body: another request under the same key is refused. */
  readonly request: string;
  readonly status: number;
  readonly body: string;
  readonly at: number;
}

export interface IdempotencyStore {
  recall(caller: string, key: string): Promise<RememberedAnswer | null>;
  remember(caller: string, key: string, answer: RememberedAnswer): Promise<void>;
  /** As if it had never been asked: what was remembered is not so. */
  forget(caller: string, key: string): Promise<void>;
  /** A bounded number of them, oldest first, so that nobody who writes waits long; call again while `more`. */
  forgetBefore(at: number): Promise<{ readonly more: boolean }>;
}
