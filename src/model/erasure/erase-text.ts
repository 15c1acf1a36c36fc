/** Texts that other things are kept as: answers, what a receiver said, audit entries. */
import type { AuditEntry } from '../audit.ts';
import type { ErasedNumber } from './erased-number.ts';
import { eraseRuns } from './erase-runs.ts';
import { eraseFields, eraseValue, type Kept } from './erase-value.ts';

/** JSON stays JSON; any other text has the number replaced where it stands. */
export function eraseText(text: string, number: ErasedNumber, kept?: Kept): string {
  const value = jsonOf(text);
  if (value === undefined) return eraseRuns(text, number);
  const erased = eraseValue(value, number, kept);
  return erased === value ? text : JSON.stringify(erased);
}

/** Programs go on by these: ids, places in a list, and numbers of things, which are no numbers of people. */
const keptInAnswer: Kept = (name, value) =>
  ['id', 'next'].includes(name) || (typeof value === 'number' && ['seq', 'number'].includes(name));

/** What a request was answered, kept for whoever asks again. */
export const eraseAnswer = (text: string, number: ErasedNumber): string => eraseText(text, number, keptInAnswer);

function jsonOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Who changed what, and when, stays. */
export function eraseAudit(entry: AuditEntry, number: ErasedNumber): AuditEntry {
  const before = entry.before && eraseFields(entry.before, number);
  const after = entry.after && eraseFields(entry.after, number);
  return before === entry.before && after === entry.after ? entry : { ...entry, before, after };
}
