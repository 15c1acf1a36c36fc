const longestMs = 24 * 3_600_000;

/**
 * Reads Retry-After: seconds, or a date by the receiver's clock compared with ours.
 * @returns milliseconds to wait, from 0 to 24 h; null where there is none or it makes no sense.
 */
export function retryAfterMs(header: string | readonly string[] | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const text = (typeof header === 'string' ? header : (header[0] ?? '')).trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longestMs);
  // A date begins with its day's name; Date.parse alone would read much else, such as "-1" or "2", as a date.
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - nowMs), longestMs);
}
