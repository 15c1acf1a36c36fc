/** How registrations on another phone system are, for those who look: the API, metrics, the command line. */

export interface PlannedStep {
  /** `store` remembers the id of one that is found to be ours; `forget` drops a token that is not in use there. */
  readonly do: 'add' | 'remove' | 'store' | 'forget';
  /** As the other system writes it. */
  readonly extension: string;
  readonly event: string;
  readonly why: string;
}

export interface RegistrationCounts {
  /** Extensions and agents that were looked at, of those there are to look at. */
  readonly looked: number;
  readonly of: number;
  /** Ours and in order. */
  readonly kept: number;
  readonly added: number;
  readonly removed: number;
}

/** What the last run did, or a dry run would do. */
export interface RegistrationReport {
  readonly dryRun: boolean;
  /** Milliseconds. */
  readonly startedAt: number;
  /** Null: it is under way. */
  readonly endedAt: number | null;
  readonly counts: RegistrationCounts;
  /** At most so many as are shown; `moreSteps` says how many there were besides. */
  readonly steps: readonly PlannedStep[];
  readonly moreSteps: number;
  /** What is not as it should be, one for each extension at most; likewise bounded. */
  readonly problems: readonly string[];
  readonly moreProblems: number;
}

/** Until when nothing is asked, and why. */
export interface RegistrationWait {
  /** Milliseconds. */
  readonly until: number;
  readonly why: string;
}

export interface RegistrationState {
  readonly state: 'idle' | 'running' | 'resting';
  readonly waiting: RegistrationWait | null;
  /** The last that was not a dry run, or the one under way. */
  readonly last: RegistrationReport | null;
}

/** For metrics: since the start. */
export interface RegistrationFigures {
  readonly runs: number;
  readonly added: number;
  readonly removed: number;
  readonly refused: number;
  /** Extensions that were found, when last looked at, not to be in step. */
  readonly outOfStep: number;
}

/** What a connector that keeps registrations may be asked. */
export interface Registration {
  state(): RegistrationState;
  figures(): RegistrationFigures;
  /** Looks at every extension. Resolves when it is through; it may take long, where the other system asks to wait. */
  sync(dryRun: boolean): Promise<RegistrationReport>;
  /**
   * Takes all our events there away, as far as that is done in time, and wants none until `letGo` is called: to be asked before
   * what says which are ours goes away. A run under way is broken off.
   */
  takeBack(withinMs: number): Promise<TakenBack>;
}

export interface TakenBack {
  /** What is still there, or may be. */
  readonly left: readonly LeftEvent[];
  readonly letGo: () => void;
}

export interface LeftEvent {
  /** As the other system writes it. */
  readonly extension: string;
  readonly event: string;
}
