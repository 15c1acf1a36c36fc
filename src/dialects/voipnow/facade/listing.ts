/** The standard parameters of UnifiedAPI's lists: page, filter, order and fields of a collection of PhoneCallEvents. */
import type { Fields, Refused } from '../../facade.ts';
import { type PhoneCallEvent, type ResourceField, resourceFields } from './phone-call-event.ts';
import { single, textOf } from './single.ts';
import { invalid } from './unified-errors.ts';

const filters = ['id', 'method', 'modified', 'note', 'status', 'type', 'url'] as const;
type Filter = (typeof filters)[number];

export interface Listing {
  readonly count: number;
  readonly startIndex: number;
  readonly filter: { readonly by: Filter; readonly value: string } | null;
  /** In the order of the resource; null: all. */
  readonly fields: readonly ResourceField[] | null;
  readonly descending: boolean;
}

type Read<T> = { readonly value: T } | Refused;

const wrong = (name: string, message: string): Refused => invalid('parameter_invalid', name, `${name}: ${message}`);

export function readListing(query: Fields): Read<Listing> {
  const count = integer(query, 'count', { least: 1, most: 4_999, usual: 20 });
  if ('refusal' in count) return count;
  const startIndex = integer(query, 'startIndex', { least: 0, most: 5_000, usual: 0 });
  if ('refusal' in startIndex) return startIndex;
  const filter = readFilter(query);
  if ('refusal' in filter) return filter;
  const fields = readFields(query);
  if ('refusal' in fields) return fields;
  const descending = readOrder(query);
  if ('refusal' in descending) return descending;
  return {
    value: {
      count: count.value,
      startIndex: startIndex.value,
      filter: filter.value,
      fields: fields.value,
      descending: descending.value,
    },
  };
}

/** Null: it was not given, or as nothing. */
function text(query: Fields, name: string): Read<string | null> {
  const found = single(query, name);
  if (found === 'twice') return wrong(name, 'it is given twice. Give it once.');
  const value = found === 'absent' ? null : textOf(found.value);
  return { value: value === '' ? null : value };
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

function integer(query: Fields, name: string, { least, most, usual }: Range): Read<number> {
  const given = text(query, name);
  if ('refusal' in given) return given;
  if (given.value === null) return { value: usual };
  const value = /^\d{1,6}$/.test(given.value) ? Number(given.value) : Number.NaN;
  if (value >= least && value <= most) return { value };
  return wrong(name, `it must be a whole number from ${least} to ${most}.`);
}

function readFilter(query: Fields): Read<Listing['filter']> {
  const by = text(query, 'filterBy');
  if ('refusal' in by) return by;
  const value = text(query, 'filterValue');
  if ('refusal' in value) return value;
  if (by.value === null && value.value === null) return { value: null };
  if (by.value === null) return wrong('filterBy', `it is missing. Name one of ${filters.join(', ')}.`);
  const known = filters.find((name) => name === by.value);
  if (known === undefined)
    return wrong('filterBy', `events are not filtered by it. Name one of ${filters.join(', ')}.`);
  if (value.value === null) return wrong('filterValue', 'it is missing. Give the value to look for.');
  return { value: { by: known, value: value.value } };
}

/** Names with commas between, or the parameter once for each. */
function readFields(query: Fields): Read<Listing['fields']> {
  const given = query.get('fields') ?? [];
  const names = given
    .flatMap((value) => String(value).split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) return { value: null };
  const isKnown = (name: string): boolean => resourceFields.some((one) => one === name);
  if (!names.every(isKnown)) return wrong('fields', `an event has the fields ${resourceFields.join(', ')}.`);
  return { value: resourceFields.filter((name) => names.includes(name)) };
}

/** `sortOder` is what the vendor's own client sends. */
function readOrder(query: Fields): Read<boolean> {
  const name = query.has('sortOrder') ? 'sortOrder' : 'sortOder';
  const given = text(query, name);
  if ('refusal' in given) return given;
  if (given.value === null || given.value === 'ascending') return { value: false };
  return given.value === 'descending' ? { value: true } : wrong(name, 'it must be ascending or descending.');
}

export interface Page {
  readonly entry: readonly Partial<PhoneCallEvent>[];
  readonly total: number;
}

/** Ordered by URL, those of one URL as they were made. */
export function pageOf(all: readonly PhoneCallEvent[], listing: Listing): Page {
  const { filter, startIndex, count, descending, fields } = listing;
  const found = filter === null ? all : all.filter((event) => matches(event[filter.by], filter));
  const turn = descending ? -1 : 1;
  const sorted = found.toSorted((one, other) => turn * (one.url < other.url ? -1 : one.url > other.url ? 1 : 0));
  const entry = sorted.slice(startIndex, startIndex + count);
  return { entry: fields === null ? entry : entry.map((event) => only(event, fields)), total: found.length };
}

/** Of a time its beginning is enough: nobody looks for a second. */
const matches = (value: string, { by, value: wanted }: NonNullable<Listing['filter']>): boolean =>
  by === 'modified' ? value.startsWith(wanted) : value === wanted;

function only(event: PhoneCallEvent, fields: readonly ResourceField[]): Partial<PhoneCallEvent> {
  return Object.fromEntries(fields.map((name) => [name, event[name]]));
}
