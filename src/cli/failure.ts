/** A command that could not do its work, in words for the one who typed it: exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  /** What the server said, for `--json`. */
  readonly problem: unknown;

  constructor(message: string, problem: unknown = null) {
    super(message);
    this.problem = problem;
  }
}

/** A command that was not typed right: exit code 2. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
