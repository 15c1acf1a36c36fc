/**
 * The lines of a drawing. A **thread** is one leg, call or other thing from its first row to its last, made of **bands**: as
 * long as it does the same it is one. Its **marks** are the rows whose event is about it. A **lane** is where threads are
 * drawn one after the other: a phone that is called twice has one.
 */
import type { Look } from './looks.ts';

/** From one row to another, as indices. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Band extends Span {
  readonly look: Look;
}

export interface Thread extends Span {
  readonly title: string;
  readonly subtitle: string;
  readonly bands: readonly Band[];
  readonly marks: readonly number[];
  /** How it ended, to be written beneath; null: nothing is said of that. */
  readonly ended: string | null;
}

export interface Lane {
  readonly title: string;
  readonly subtitle: string;
  readonly threads: readonly Thread[];
}

/** Lanes that belong together: a call with its legs, or what is about no call. */
export interface LaneGroup {
  readonly lanes: readonly Lane[];
}

/** What is done in each row, drawn together as long as it is the same. */
export function bandsOf({ from, to }: Span, lookIn: (row: number) => Look | null): readonly Band[] {
  const bands: { look: Look; from: number; to: number }[] = [];
  for (let row = from; row < to; row++) {
    const look = lookIn(row);
    const last = bands.at(-1);
    if (look === null) continue;
    if (last?.to === row && last.look.kind === look.kind && last.look.word === look.word) last.to = row + 1;
    else bands.push({ look, from: row, to: row + 1 });
  }
  return bands;
}

/** Threads of one name share a lane where the one is over when the other begins; else they are its lines. */
export function lanesOfThreads(threads: readonly Thread[]): readonly Lane[] {
  const lanes: Thread[][] = [];
  for (const thread of [...threads].sort((one, other) => one.from - other.from)) {
    const isFree = ([first, ...rest]: Thread[]): boolean =>
      nameOf(first) === nameOf(thread) && (rest.at(-1) ?? first)!.to < thread.from;
    const free = lanes.find(isFree);
    if (free) free.push(thread);
    else lanes.push([thread]);
  }
  return lanes.map((own, index) => {
    const [{ title, subtitle }] = own as [Thread];
    const line = 1 + lanes.slice(0, index).filter(([first]) => first?.title === title).length;
    return { title, subtitle: line === 1 ? subtitle : `${subtitle}, line ${line}`, threads: own };
  });
}

const nameOf = (thread: Thread | undefined): string => `${thread?.title}\n${thread?.subtitle}`;
