import type { Event } from '../../model/event.ts';
import type { EventFields } from './event-fields.ts';
import { filterLimits } from './limits.ts';
import { tooCostly, type Value } from './value.ts';

/** One evaluation under way. One is made for all: they never overlap. */
export interface Frame {
  /** Null outside of an evaluation. */
  event: Event | null;
  readonly fields: EventFields;
  /** Steps it may still take. */
  left: number;
  /** Of the comprehensions around, the outermost first. */
  readonly locals: Value[];
}

/** A node of the filter, made ready. */
export type Evaluate = (frame: Frame) => Value;

/** Code units looked at in one step. */
const textStep = 64;

/** Takes steps. @returns false when there are none left */
export function spend(frame: Frame, steps: number): boolean {
  frame.left -= steps;
  return frame.left >= 0;
}

/** Takes the steps of looking through so much text. */
export function spendText(frame: Frame, length: number): boolean {
  return spend(frame, 1 + Math.ceil(length / textStep));
}

/** A text that was made, unless it is too long or too much has been made. */
export function madeText(frame: Frame, text: string, failure: (reason: string) => Value): Value {
  if (text.length > filterLimits.madeText)
    return failure(`it makes a text of over ${filterLimits.madeText} characters`);
  return spendText(frame, text.length) ? text : tooCostly;
}
