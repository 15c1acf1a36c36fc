/** Times and lengths of time, to the millisecond. No clock: a filter says the same of an event whenever it is asked. */
import { isZoneReady, onClocks } from '../../../kit/clocks.ts';
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

function reading(name: string, read: (date: Date) => number): Overload[] {
  const takes: Kind[][] = [['timestamp'], ['string']];
  const plain = (_frame: Frame, [value]: readonly Value[]): Value => BigInt(read(new Date((value as Moment).ms)));
  const zoned = (frame: Frame, [value, zone]: readonly Value[], at: number): Value => {
    if (!spend(frame, isZoneReady(zone as string) ? 60 : 2000)) return tooCostly;
    const date = onClocks(zone as string, (value as Moment).ms);
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
