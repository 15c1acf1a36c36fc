/**
 * A backup knows nothing of the events that came after it. If its log went on by itself, sequences that receivers have
 * seen would be given to other events, and their delivery ids with them. So a copy made by a backup is marked, and
 * whoever opens a marked one, however it came there, passes over more sequences than could have been given out. A
 * database whose write-ahead log was taken away is treated like one.
 */
import type { MetaFacts } from '../../sqlite/meta.ts';
import type { Hole } from '../event-log.ts';

const markName = 'log.isCopy';
const holesName = 'log.holes';

/** Three years at 1,000 events a second; 15 digits are room for ten thousand restores. */
const passedOver = 1e11;

/** To be called on the copy, or on what is left of an original. */
export function markAsCopy(meta: MetaFacts): void {
  meta.put(markName, 1);
}

export function storedHoles(meta: MetaFacts): readonly Hole[] {
  return JSON.parse(meta.text(holesName) ?? '[]') as Hole[];
}

/** Where the log is a copy it begins a hole, and is an original from then on. */
export function passOverLostSequences(meta: MetaFacts, head: number): void {
  if (meta.number(markName) === 0) return;
  const hole: Hole = { after: head, upTo: head + passedOver };
  meta.put(holesName, JSON.stringify([...storedHoles(meta), hole]));
  meta.put(markName, 0);
}
