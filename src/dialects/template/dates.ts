/** The `date` filter: the parts of `strftime` that need no language but English, in UTC or in a zone. */
import { onClocks } from '../../kit/clocks.ts';
import { utcTime } from '../../model/ingest/time.ts';
import { textOf } from './escapes.ts';

const longestFormat = 200;
const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
] as const;

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / 86_400_000) + 1;

function offset(date: Date, ms: number, colon: string): string {
  const minutes = Math.round((date.getTime() - ms) / 60_000);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${colon}${pad(size % 60)}`;
}

type Part = (date: Date, ms: number) => string;

const parts: Readonly<Record<string, Part>> = {
  '%': () => '%',
  Y: (date) => pad(date.getUTCFullYear(), 4),
  y: (date) => pad(date.getUTCFullYear() % 100),
  m: (date) => pad(date.getUTCMonth() + 1),
  B: (date) => months[date.getUTCMonth()] ?? '',
  b: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  d: (date) => pad(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()),
  j: (date) => pad(dayOfYear(date), 3),
  A: (date) => days[date.getUTCDay()] ?? '',
  a: (date) => (days[date.getUTCDay()] ?? '').slice(0, 3),
  u: (date) => String(date.getUTCDay() || 7),
  H: (date) => pad(date.getUTCHours()),
  I: (date) => pad(date.getUTCHours() % 12 || 12),
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  M: (date) => pad(date.getUTCMinutes()),
  S: (date) => pad(date.getUTCSeconds()),
  L: (date) => pad(date.getUTCMilliseconds(), 3),
  F: (date) => date.toISOString().slice(0, 10),
  T: (date) => date.toISOString().slice(11, 19),
  z: (date, ms) => offset(date, ms, ''),
  ':z': (date, ms) => offset(date, ms, ':'),
  s: (_date, ms) => String(Math.floor(ms / 1000)),
  Q: (_date, ms) => String(ms),
};

export const dateParts: readonly string[] = Object.keys(parts);

/**
 * @param value a time as events have it; nothing gives nothing
 * @throws Error where value, format or zone is none: the rendering fails with it
 */
export function formattedDate(value: unknown, format: unknown, zone: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  const time = typeof value === 'string' ? utcTime(value) : null;
  if (time === null) throw new Error('date needs a time, such as an event’s time');
  const pattern = format === undefined ? '%FT%T%:z' : textOf(format);
  if (pattern.length > longestFormat) throw new Error(`a date format has at most ${longestFormat} characters`);
  const ms = Date.parse(time);
  const date = zone === undefined ? new Date(ms) : onClocks(textOf(zone), ms);
  if (!date) throw new Error(`there is no time zone ${JSON.stringify(textOf(zone).slice(0, 80))}`);
  return pattern.replace(/%(:z|.|$)/gu, (_all, name: string) => {
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (!part) throw new Error(`date knows no %${name}; there are %${dateParts.join(' %')}`);
    return part(date, ms);
  });
}
