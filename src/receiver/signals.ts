/** What a handler throws to say more than "it failed". */

/** The receiver can't take events now: 503, and Offhook waits at least this long before the next attempt. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  /** Whole seconds; Offhook waits 24 hours at most. */
  readonly seconds: number;

  constructor(seconds: number) {
    super(`try again in ${seconds} s`);
    this.seconds = Math.max(0, Math.ceil(seconds));
  }
}

/** The receiver wants no more events, ever: 410. Offhook disables the subscription and drops what waits for it. */
export class Unsubscribe extends Error {
  override readonly name = 'Unsubscribe';

  constructor(reason = 'the receiver wants no more events') {
    super(reason);
  }
}
