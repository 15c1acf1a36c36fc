/** Filters of our own; of the library's, those without clock, chance, files, or regular expressions over the value. */
import { isValidPhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { FilterImplOptions } from 'liquidjs';
import { type Place, percentEncoded, escapes, textOf } from './escapes.ts';
import { formattedDate } from './dates.ts';
import { jsonOf } from './variables.ts';

export const libraryFilters: ReadonlySet<string> = new Set([
  ...['append', 'prepend', 'capitalize', 'downcase', 'upcase', 'strip', 'lstrip', 'rstrip', 'truncate'],
  ...['split', 'join', 'replace', 'replace_first', 'remove', 'remove_first', 'size', 'first', 'last', 'reverse'],
  ...['concat', 'default', 'plus', 'minus', 'times', 'divided_by', 'modulo', 'round'],
  ...['floor', 'ceil', 'abs', 'at_least', 'at_most', 'base64_encode', 'sha256'],
]);

/** A filter whose result stands as it is in places whose quoting it does; in others it is quoted like any value. */
type Own = (place: Place) => FilterImplOptions;

const longestNumber = 40;

function phone(text: string, read: (number: NonNullable<ReturnType<typeof parsePhoneNumberFromString>>) => string) {
  const number =
    text.length <= longestNumber && isValidPhoneNumber(text) ? parsePhoneNumberFromString(text) : undefined;
  return number ? read(number) : undefined;
}

function ownOf(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Record<string, unknown>)[name] : null;
}

export interface Counting {
  readonly context: { readonly memoryLimit: { use(count: number): void } };
}

/** What is made of a text, counted: its length before the work, and what it has grown by after it. */
export function counted({ context }: Counting, text: string, make: (text: string) => string): string {
  context.memoryLimit.use(text.length);
  const made = make(text);
  context.memoryLimit.use(made.length - text.length);
  return made;
}

/**
 * Every filter counts as one besides what it makes, the library's too: all filters of one output are one part, and within
 * it nothing else looks at the processor time.
 */
export function countedFilter(filter: FilterImplOptions): FilterImplOptions {
  const { handler, raw } = typeof filter === 'function' ? { handler: filter, raw: false } : filter;
  return {
    raw,
    handler(value: unknown, ...args: unknown[]) {
      this.context.memoryLimit.use(1);
      return Reflect.apply(handler, this, [value, ...args]) as unknown;
    },
  };
}

/** What reading a time and writing it in a zone weighs, in characters. */
const dateWeight = 100;

export const ownFilters: Readonly<Record<string, Own>> = {
  json: (place) => ({
    raw: place === 'json' || place === 'plain' || place === 'header',
    handler(value: unknown) {
      const text = jsonOf(value);
      this.context.memoryLimit.use(text.length);
      return text;
    },
  }),
  url_encode: (place) => ({
    raw: place === 'url' || place === 'form',
    handler(value: unknown) {
      return counted(this, textOf(value), percentEncoded);
    },
  }),
  escape: (place) => ({
    raw: place === 'xml',
    handler(value: unknown) {
      return counted(this, textOf(value), escapes.xml);
    },
  }),
  date: () =>
    function (value: unknown, format: unknown, zone: unknown) {
      this.context.memoryLimit.use(dateWeight);
      return formattedDate(value, format, zone);
    },
  /** +12157010680 as people there write it: (215) 701-0680. What is no full number stays as it is. */
  national: () =>
    function (value: unknown) {
      return counted(this, textOf(value), (text) => phone(text, (number) => number.formatNational()) ?? text);
    },
  /** The country a full number belongs to: US. Nothing for what is none. */
  country: () =>
    function (value: unknown) {
      return counted(this, textOf(value), (text) => phone(text, ({ country }) => country ?? '') ?? '');
    },
  slice: () =>
    function (value: unknown, from: unknown, length: unknown) {
      const whole = Array.isArray(value) ? (value as unknown[]) : Array.from(textOf(value));
      this.context.memoryLimit.use(whole.length);
      const begin = Number(from) < 0 ? whole.length + Number(from) : Number(from);
      const part = whole.slice(Math.max(0, begin), Math.max(0, begin + (length === undefined ? 1 : Number(length))));
      return Array.isArray(value) ? part : part.join('');
    },
  map: () =>
    function (value: unknown, name: unknown) {
      const list: readonly unknown[] = Array.isArray(value) ? value : [];
      this.context.memoryLimit.use(list.length);
      return list.map((one) => ownOf(one, textOf(name)));
    },
  digits: () =>
    function (value: unknown) {
      return counted(this, textOf(value), (text) => text.replace(/\D/g, ''));
    },
};
