/**
 * Filters: a CEL expression over an event says whether a subscription wants it. Checked when it is saved; evaluated in
 * a bounded number of steps, without regular expressions, clock or anything but the event's own fields. An evaluation
 * that comes to nothing is an outcome: the event counts as not wanted, and `judge` says why.
 */
import type { Event } from '../../model/event.ts';
import { positionIn } from '../../kit/text-place.ts';
import { readFilter } from './check.ts';
import { compile } from './compile.ts';
import { EventFields } from './event-fields.ts';
import type { Evaluate, Frame } from './frame.ts';
import { filterLimits } from './limits.ts';
import { parse } from './parse.ts';
import type { FilterProblem } from './problem.ts';
import { Failure, kindOf, type Value } from './value.ts';

export type { FilterProblem } from './problem.ts';

/** What a filter says of an event. */
export type FilterVerdict =
  | { readonly outcome: 'matched' }
  | { readonly outcome: 'filtered' }
  /** Not wanted, because the filter says neither true nor false. */
  | { readonly outcome: 'filter_error'; readonly reason: string; readonly line: number; readonly column: number };

export interface CompiledFilter {
  /** Never throws. */
  readonly matches: (event: Event) => boolean;
  /** The same, with the reason. Never throws. */
  readonly judge: (event: Event) => FilterVerdict;
}

export interface Filters {
  /** Why a filter can't be saved; null where it can. */
  problem(source: string): FilterProblem | null;
  /** The same object for the same text. What is wrong with a text that was never checked comes out as `filter_error`. */
  compile(source: string): CompiledFilter;
  /** How many events `matches` did not want because a filter came to nothing, since the start. */
  errors(): number;
}

/** Distinct texts that are kept ready; with more, all are made again as they come. */
const mostKept = 10_000;

export function createFilters(): Filters {
  const known = new Map<string, CompiledFilter>();
  const frame: Frame = { event: null, fields: new EventFields(), left: 0, locals: [] };
  let errors = 0;
  const failed = (): void => void errors++;
  return {
    errors: () => errors,
    problem: (source) => {
      const read = readFilter(source);
      return 'problem' in read ? read.problem : null;
    },
    compile: (source) => {
      let filter = known.get(source);
      if (!filter) {
        if (known.size >= mostKept) known.clear();
        known.set(source, (filter = makeFilter(source, frame, failed)));
      }
      return filter;
    },
  };
}

function makeFilter(source: string, frame: Frame, failed: () => void): CompiledFilter {
  // Only what can't be read at all is broken: a filter that was saved goes on when the check becomes stricter.
  const read = parse(source);
  if ('problem' in read) return broken(read.problem, failed);
  const evaluate = compile(read.ast, []);
  return {
    matches: (event) => {
      const value = valueOf(evaluate, frame, event);
      if (typeof value !== 'boolean') failed();
      return value === true;
    },
    judge: (event) => verdict(source, valueOf(evaluate, frame, event)),
  };
}

function broken({ message, line, column }: FilterProblem, failed: () => void): CompiledFilter {
  const verdict: FilterVerdict = { outcome: 'filter_error', reason: message, line, column };
  const matches = (): boolean => {
    failed();
    return false;
  };
  return { matches, judge: () => verdict };
}

function valueOf(evaluate: Evaluate, frame: Frame, event: Event): Value {
  frame.event = event;
  frame.left = filterLimits.steps;
  try {
    return evaluate(frame);
  } catch (error) {
    // A fault of ours: what this one event does to this one filter must not stop the others.
    return new Failure(`internal: ${error instanceof Error ? error.message : String(error)}`, 0);
  } finally {
    frame.event = null;
    frame.locals.length = 0;
  }
}

function verdict(source: string, value: Value): FilterVerdict {
  if (typeof value === 'boolean') return { outcome: value ? 'matched' : 'filtered' };
  const failure = value instanceof Failure ? value : new Failure(`it gives ${kindOf(value)} and not true or false`, 0);
  return { outcome: 'filter_error', reason: failure.reason, ...positionIn(source, failure.at) };
}
