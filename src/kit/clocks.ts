/** What the clocks of a time zone show. Making a format for a zone takes 30 times as long as using it, so they are kept. */
const most = 100;
const longestName = 64;
const formats = new Map<string, Intl.DateTimeFormat>();

const style: Intl.DateTimeFormatOptions = {
  ...{ calendar: 'iso8601', hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
  ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
};

/** Whether the zone's format is at hand; if not, the next use makes it, or finds that there is no such zone. */
export const isZoneReady = (zone: string): boolean => formats.has(zone);

/** @returns a date whose UTC fields are what the clocks there show; null where there is no such zone */
export function onClocks(zone: string, ms: number): Date | null {
  const format = formats.get(zone) ?? makeFormat(zone);
  if (!format) return null;
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const [year, month, day] = [parts.get('year') ?? 0, (parts.get('month') ?? 1) - 1, parts.get('day') ?? 1];
  const [hour, minute, second] = [parts.get('hour') ?? 0, parts.get('minute') ?? 0, parts.get('second') ?? 0];
  return new Date(Date.UTC(year, month, day, hour, minute, second, new Date(ms).getUTCMilliseconds()));
}

/** @param zone a name such as Europe/Berlin, or an offset: +02:00, 02:00 */
function makeFormat(zone: string): Intl.DateTimeFormat | null {
  if (zone.length > longestName) return null;
  try {
    const timeZone = /^\d\d:\d\d$/.test(zone) ? `+${zone}` : zone;
    const format = new Intl.DateTimeFormat('en-US', { ...style, timeZone });
    if (formats.size >= most) formats.clear();
    formats.set(zone, format);
    return format;
  } catch {
    return null;
  }
}
