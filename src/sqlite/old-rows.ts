/**
 * Finds how far a table whose rows lie in order of their time may be trimmed, a bounded number of rows at a step.
 * A row that says a later time than now was written while the clock was ahead: its age is not known, and it goes with
 * the next old one behind it.
 */
export interface OldRowsRequest {
  /** Milliseconds: rows from before this are old. */
  readonly before: number;
  /** By the server's clock. */
  readonly now: number;
  /** Rows that may go at once. */
  readonly most: number;
}

export interface OldRows {
  /** All up to here may go; null: nothing may now. */
  readonly upTo: number | null;
  /** Ask again: there are more, or they have not been looked at yet. */
  readonly more: boolean;
}

/** Number and time of the rows after a number, in order, at most so many. */
export type RowsAfter = (number: number, limit: number) => readonly (readonly [number: number, time: number])[];

/** Looked at in one step, and so in one transaction: about 1 ms. */
const mostLookedAt = 1_000;

export class OldRowFinder {
  readonly #rowsAfter: RowsAfter;
  /** All up to here are of unknown age, so that the next step looks on behind them. */
  #unknownTo = 0;

  constructor(rowsAfter: RowsAfter) {
    this.#rowsAfter = rowsAfter;
  }

  /** What was seen may have been undone. */
  forget(): void {
    this.#unknownTo = 0;
  }

  find(request: OldRowsRequest): OldRows {
    const [first] = this.#rowsAfter(0, 1);
    if (!first) return { upTo: null, more: false };
    if (first[1] <= request.now) this.#unknownTo = 0;
    const { oldTo, lookedTo, end } = this.#look(request);
    if (oldTo === null) {
      this.#unknownTo = lookedTo;
      return { upTo: null, more: !end };
    }
    const upTo = Math.min(oldTo, first[0] - 1 + request.most);
    return { upTo, more: upTo < oldTo || !end };
  }

  #look({ before, now }: OldRowsRequest): { oldTo: number | null; lookedTo: number; end: boolean } {
    let oldTo: number | null = null;
    let lookedTo = this.#unknownTo;
    const rows = this.#rowsAfter(lookedTo, mostLookedAt);
    for (const [number, time] of rows) {
      if (time < before) oldTo = number;
      else if (time <= now) return { oldTo, lookedTo, end: true };
      lookedTo = number;
    }
    return { oldTo, lookedTo, end: rows.length < mostLookedAt };
  }
}
