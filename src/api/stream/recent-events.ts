import type { Event } from '../../model/event.ts';

/** The newest events of the log, so that those who keep up need not ask the store. */
export interface RecentEvents {
  push(events: readonly Event[]): void;
  /** Nobody is watching: everything up to here is let go of. */
  skipTo(seq: number): void;
  /** Events with a higher sequence, oldest first; null where some of them are no longer here. */
  after(seq: number): readonly Event[] | null;
}

/** @param capacity events kept; with the largest of 256 kB each this is also what bounds memory, so keep it small. */
export function createRecentEvents(capacity: number, head: number): RecentEvents {
  let kept: Event[] = [];
  /** Every event above this sequence is kept. */
  let from = head;
  return {
    push: (events) => {
      kept.push(...events);
      if (kept.length < capacity * 2) return;
      kept = kept.slice(-capacity);
      from = (kept[0] as Event).seq - 1;
    },
    skipTo: (seq) => {
      kept = [];
      from = seq;
    },
    after: (seq) => {
      if (seq < from) return null;
      return kept.slice(firstAbove(kept, seq));
    },
  };
}

function firstAbove(events: readonly Event[], seq: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as Event).seq > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}
