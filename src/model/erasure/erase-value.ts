/**
 * Erases a number from any JSON value: from its texts, its numbers and the names of its fields. Where a field holds a
 * number and the name of who has it stands beside it, the name goes too. What does not change is given back as it is.
 */
import { type ErasedNumber, erasedText } from './erased-number.ts';
import { eraseRuns, hasRun } from './erase-runs.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Whether a field stays whatever it holds: ids, times, and what is known to be a count. */
export type Kept = (name: string, value: unknown) => boolean;
const nothingKept: Kept = () => false;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function eraseValue(value: unknown, number: ErasedNumber, kept: Kept = nothingKept): unknown {
  if (typeof value === 'string') return eraseRuns(value, number);
  if (typeof value === 'number') return number.keys.includes(String(value)) ? erasedText : value;
  if (Array.isArray(value)) return eraseEach(value, number, kept);
  return isFields(value) ? eraseFields(value, number, kept) : value;
}

function eraseEach(values: readonly unknown[], number: ErasedNumber, kept: Kept): readonly unknown[] {
  const erased = values.map((value) => eraseValue(value, number, kept));
  return erased.some((value, at) => value !== values[at]) ? erased : values;
}

/** @param kept of this object and those in it */
export function eraseFields(fields: Fields, number: ErasedNumber, kept: Kept = nothingKept): Fields {
  const owners = ownersOf(fields, number, kept);
  const taken = new Set(Object.keys(fields));
  let changed = false;
  const erased = Object.entries(fields).map(([name, value]): [string, unknown] => {
    if (kept(name, value)) return [name, value];
    const left = owners.has(name) ? null : eraseField(name, value, number, kept);
    const key = freeName(eraseRuns(name, number), name, taken);
    changed ||= left !== value || key !== name;
    return [key, left];
  });
  return changed ? Object.fromEntries(erased) : fields;
}

/** A party's number is no more; what the phone system wrote there is not shown even in part. */
function eraseField(name: string, value: unknown, number: ErasedNumber, kept: Kept): unknown {
  if (typeof value !== 'string') return eraseValue(value, number, kept);
  const left = eraseRuns(value, number);
  if (left === value) return value;
  if (name === 'number') return null;
  return name === 'raw' ? erasedText : left;
}

/** Fields with the name of whoever has the number: `name` beside `number` or `raw`, `fromName` beside `from`. */
function ownersOf(fields: Fields, number: ErasedNumber, kept: Kept): ReadonlySet<string> {
  const owners = new Set<string>();
  for (const [name, value] of Object.entries(fields)) {
    if (kept(name, value) || typeof value !== 'string' || !hasRun(value, number)) continue;
    const owner = ownerBeside(name);
    if (typeof fields[owner] === 'string') owners.add(owner);
  }
  return owners;
}

const ownerBeside = (name: string): string =>
  name === 'number' || name === 'raw' ? 'name' : `${name.replace(/(?:Number|Address)$/, '')}Name`;

/** Two names may have become the same one. */
function freeName(wanted: string, was: string, taken: Set<string>): string {
  if (wanted === was) return was;
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
  taken.add(name);
  return name;
}
