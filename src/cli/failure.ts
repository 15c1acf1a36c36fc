/** A command that could not do its work, in words for the one who typed it: exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  /** What the server said, for `--json`. */
  readonly problem: unknown;
  /** The HTTP status it was said with; null where it was not. */
  readonly status: number | null;

  constructor(message: string, problem: unknown = null, status: number | null = null) {
    super(message);
    this.problem = problem;
    this.status = status;
  }
}

/** A command that was not typed right: exit code 2. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
