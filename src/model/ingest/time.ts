import type { Reading } from './reading.ts';

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** A moment as `Date.toISOString` writes it, or null where there is none; takes any RFC 3339 offset. */
export function timeAt(reading: Reading, value: unknown, base: string, name: string): string | null {
  if (value === undefined || value === null) return null;
  const time = typeof value === 'string' ? utcTime(value) : null;
  if (time !== null) return time;
  const message = `\`${base + name}\` is not a time with date, time of day and offset.`;
  reading.refuse(base + name, message, 'Send RFC 3339, such as 2026-11-21T09:30:04.512Z.');
  return null;
}

/** The same moment in UTC with milliseconds (further digits are cut), or null where the text is no RFC 3339 time. */
export function utcTime(text: string): string | null {
  if (text === lastCanonical) return text;
  if (!isCanonical(text)) return converted(text);
  lastCanonical = text;
  return text;
}

/** The times of one event are often the same: that of a leg's answer, of the call's and the event's own. */
let lastCanonical: string | null = null;

/** `YYYY-MM-DDTHH:MM:SS.sssZ`, a day that exists, from year 1: nearly all times are; about 50 ns instead of 500. */
function isCanonical(text: string): boolean {
  if (text.length !== 24) return false;
  for (let index = 0; index < 24; index++) {
    const mark = canonicalMarks[index];
    const code = text.charCodeAt(index);
    if (mark === digitMark ? code < 48 || code > 57 : code !== mark) return false;
  }
  const year = two(text, 0) * 100 + two(text, 2);
  return (
    year >= 1 && isDay(year, two(text, 5), two(text, 8)) && isTimeOfDay(two(text, 11), two(text, 14), two(text, 17))
  );
}

const digitMark = 0;
const canonicalMarks: readonly number[] = Array.from('dddd-dd-ddTdd:dd:dd.dddZ').map((mark) =>
  mark === 'd' ? digitMark : mark.charCodeAt(0),
);

const two = (text: string, place: number): number => text.charCodeAt(place) * 10 + text.charCodeAt(place + 1) - 528;

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > (monthDays[month - 1] ?? 0)) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month !== 2 || day < 29 || isLeap;
}

const isTimeOfDay = (hours: number, minutes: number, seconds: number): boolean =>
  hours <= 23 && minutes <= 59 && seconds <= 59;

/** A leap second (`:60`) is taken as the first moment of the next minute. */
function converted(text: string): string | null {
  const parts = rfc3339.exec(text);
  if (!parts) return null;
  const [year, month, day, hours, minutes, seconds] = parts.slice(1, 7).map(Number) as Numbers;
  const isLeapSecond = seconds === 60;
  if (!isDay(year, month, day) || !isTimeOfDay(hours, minutes, isLeapSecond ? 59 : seconds)) return null;
  const offset = offsetMinutes(parts[8], Number(parts[9] ?? 0), Number(parts[10] ?? 0));
  if (offset === null) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hours, minutes - offset, seconds, isLeapSecond ? 0 : milliseconds(parts[7]));
  const utcYear = date.getUTCFullYear();
  return utcYear >= 1 && utcYear <= 9999 ? date.toISOString() : null;
}

type Numbers = [number, number, number, number, number, number];

function offsetMinutes(sign: string | undefined, hours: number, minutes: number): number | null {
  if (hours > 23 || minutes > 59) return null;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

const milliseconds = (fraction: string | undefined): number => Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
