/** Durations as people write them: a number and its unit, `30s`, `5m`, `1.5h`, `7d`. */
const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What a duration looks like, for messages: completes "must be …". */
export const durationShape = 'a number with a unit (ms, s, m, h, d or w), such as 30s, 5m or 7d';

/** Milliseconds, or null where the text is no duration. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d|w)$/.exec(text.trim());
  if (!match) return null;
  const ms = Math.round(Number(match[1]) * (unitMs[match[2] as string] as number));
  return Number.isSafeInteger(ms) ? ms : null;
}

/** The shortest exact way to write it: 90000 is `90s`, 3600000 is `1h`. */
export function formatDuration(ms: number): string {
  for (const unit of ['w', 'd', 'h', 'm', 's'] as const) {
    const size = unitMs[unit] as number;
    if (ms >= size && ms % size === 0 && (unit !== 'w' || ms >= 4 * size)) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}
