/**
 * Where each event of a story stands in its drawing: one row each, in the order they are told, so that many in the same
 * millisecond stay readable. A little room shows that time passed, more room with words that it was seconds.
 */
import type { NewEvent } from '../../src/model/event.ts';
import { wholeSeconds } from './names.ts';

export interface Row {
  readonly event: NewEvent;
  /** Pixels from the first row. */
  readonly y: number;
  /** Whole seconds that passed since the row before, where it was long enough to say so. */
  readonly pause: number | null;
}

export const rowHeight = 20;
const momentGap = 12;
const pauseGap = 30;

/** What one thing sets off follows within 30 ms in nearly all recordings; phones and people take 100 and more. */
const momentMs = 70;
const pauseMs = 1_300;

export function rowsOf(events: readonly NewEvent[]): readonly Row[] {
  const rows: Row[] = [];
  let y = 0;
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    const passed = before ? Date.parse(event.time) - Date.parse(before.time) : 0;
    const pause = passed >= pauseMs ? wholeSeconds(passed) : null;
    if (before) y += rowHeight + (pause !== null ? pauseGap : passed > momentMs ? momentGap : 0);
    rows.push({ event, y, pause });
  }
  return rows;
}
