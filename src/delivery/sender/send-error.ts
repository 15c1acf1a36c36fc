import type { SendFailure } from './sender.ts';

/** A failure already named, on its way through undici to the exchange it belongs to. Its message goes to users. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly failure: SendFailure;

  constructor(failure: SendFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
