/** Times and lengths of time, to the millisecond. No clock: a filter says the same of an event whenever it is asked. */
import { utcTime } from '../../../model/ingest/time.ts';
import { type Frame, spend } from '../frame.ts';
import { moment, span } from '../ranges.ts';
import { shapeOf } from '../shape.ts';
import { type Kind, type Moment, type Span, tooCostly, type Value } from '../value.ts';
import { fail, type Overload } from './function.ts';

const number = shapeOf('number');
const unitMs: ReadonlyMap<string, number> = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['us', 1e-3],
  ['ns', 1e-6],
]);
/** One part of a duration, looked for where the last one ended: `1h`, `30m`, `1.5s`. */
const durationPart = /(\d{1,15}(?:\.\d{0,9})?)(ms|us|ns|h|m|s)/y;

/** Milliseconds; null where the text is no duration. */
function parseSpan(text: string): number | null {
  const negative = text.startsWith('-');
  let at = negative ? 1 : 0;
  let ms = 0;
  if (at === text.length || text.length > 100) return null;
  while (at < text.length) {
    durationPart.lastIndex = at;
    const part = durationPart.exec(text);
    if (!part) return null;
    ms += Number(part[1]) * (unitMs.get(part[2] as string) ?? 0);
    at = durationPart.lastIndex;
  }
  return negative ? -ms : ms;
}

const timestamp: Overload = {
  name: 'timestamp',
  method: false,
  takes: [['string', 'timestamp', 'number']],
  returns: shapeOf('timestamp'),
  usage: 'timestamp(text)',
  run: (frame, [value], at) => {
    if (typeof value === 'bigint' || typeof value === 'number') return moment(Number(value) * 1000, at);
    if (typeof value !== 'string') return value as Moment;
    if (!spend(frame, 5)) return tooCostly;
    const time = utcTime(value);
    if (time === null) return fail('timestamp() needs a time such as 2026-11-21T09:30:04Z', at);
    return moment(Date.parse(time), at);
  },
};

const duration: Overload = {
  name: 'duration',
  method: false,
  takes: [['string', 'duration']],
  returns: shapeOf('duration'),
  usage: 'duration(text)',
  run: (frame, [value], at) => {
    if (typeof value !== 'string') return value as Span;
    if (!spend(frame, 5)) return tooCostly;
    const ms = parseSpan(value);
    return ms !== null ? span(ms, at) : fail('duration() needs a length of time such as 90s or 1h30m', at);
  },
};

/** A moment on the clocks of a zone, in the fields of a UTC date. Null where there is no such zone. */
function onClocks(frame: Frame, moment: Moment, zone: string): Date | null | 'costly' {
  let format = formats.get(zone);
  // Making a format takes 30 times as long as using it.
  if (!spend(frame, format ? 60 : 2000)) return 'costly';
  format ??= makeFormat(zone);
  if (!format) return null;
  const parts = new Map(format.formatToParts(moment.ms).map(({ type, value }) => [type, Number(value)]));
  const [year, month, day] = [parts.get('year') ?? 0, (parts.get('month') ?? 1) - 1, parts.get('day') ?? 1];
  const [hour, minute, second] = [parts.get('hour') ?? 0, parts.get('minute') ?? 0, parts.get('second') ?? 0];
  return new Date(Date.UTC(year, month, day, hour, minute, second, new Date(moment.ms).getUTCMilliseconds()));
}

const mostFormats = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  if (timeZone.length > 64) return undefined;
  try {
    const style = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    const zone = /^\d\d:\d\d$/.test(timeZone) ? `+${timeZone}` : timeZone;
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'iso8601', ...style, ...time });
    if (formats.size >= mostFormats) formats.clear();
    formats.set(timeZone, format);
    return format;
  } catch {
    return undefined;
  }
}

function reading(name: string, read: (date: Date) => number): Overload[] {
  const takes: Kind[][] = [['timestamp'], ['string']];
  const plain = (_frame: Frame, [value]: readonly Value[]): Value => BigInt(read(new Date((value as Moment).ms)));
  const zoned = (frame: Frame, [value, zone]: readonly Value[], at: number): Value => {
    const date = onClocks(frame, value as Moment, zone as string);
    if (date === 'costly') return tooCostly;
    return date ? BigInt(read(date)) : fail(`there is no time zone ${JSON.stringify(zone).slice(0, 80)}`, at);
  };
  const common = { name, method: true, returns: number };
  return [
    { ...common, takes: takes.slice(0, 1), usage: `timestamp.${name}()`, run: plain },
    { ...common, takes, usage: `timestamp.${name}(zone)`, run: zoned },
  ];
}

/** How many whole ones a duration is long. */
function length(name: string, ms: number): Overload {
  const run = (_frame: Frame, [value]: readonly Value[]): Value => BigInt(Math.trunc((value as Span).ms / ms));
  return { name, method: true, takes: [['duration']], returns: number, usage: `duration.${name}()`, run };
}

const dayMs = 86_400_000;
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / dayMs);

export const timeFunctions: readonly Overload[] = [
  timestamp,
  duration,
  ...reading('getFullYear', (date) => date.getUTCFullYear()),
  ...reading('getMonth', (date) => date.getUTCMonth()),
  ...reading('getDate', (date) => date.getUTCDate()),
  ...reading('getDayOfMonth', (date) => date.getUTCDate() - 1),
  ...reading('getDayOfWeek', (date) => date.getUTCDay()),
  ...reading('getDayOfYear', dayOfYear),
  ...reading('getHours', (date) => date.getUTCHours()),
  ...reading('getMinutes', (date) => date.getUTCMinutes()),
  ...reading('getSeconds', (date) => date.getUTCSeconds()),
  ...reading('getMilliseconds', (date) => date.getUTCMilliseconds()),
  length('getHours', 3_600_000),
  length('getMinutes', 60_000),
  length('getSeconds', 1000),
  length('getMilliseconds', 1),
];
