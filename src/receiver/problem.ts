/** Why a request was not taken. Stable: receivers may switch on it, and it stands in the answer that Offhook keeps. */
export type ReceiverProblemCode =
  /** A header of the signature is not there: `header` says which. */
  | 'missing_header'
  /** A header of the signature was sent twice, or is not what it should be: `header` says which. */
  | 'malformed_header'
  /** Signed longer ago, or further ahead, than the tolerance: an old request sent again, or a clock that is off. */
  | 'stale_timestamp'
  /** None of the signatures was made with one of the secrets over these very bytes. */
  | 'wrong_signature'
  /** Signed, but no notification in the CloudEvents dialect. */
  | 'unreadable'
  /** The body is over the limit. */
  | 'too_large';

/** The HTTP status each is answered with. */
const statuses = {
  missing_header: 401,
  malformed_header: 401,
  stale_timestamp: 401,
  wrong_signature: 401,
  unreadable: 400,
  too_large: 413,
} as const satisfies Record<ReceiverProblemCode, number>;

/** A request that was not taken. The message repeats neither secrets nor the body. */
export class ReceiverProblem extends Error {
  override readonly name = 'ReceiverProblem';
  readonly code: ReceiverProblemCode;
  readonly status: number;
  /** Lower-case name of the header at fault; null where it is none. */
  readonly header: string | null;

  constructor(code: ReceiverProblemCode, message: string, header: string | null = null) {
    super(message);
    this.code = code;
    this.status = statuses[code];
    this.header = header;
  }
}
