/** One range of bytes, as players ask for it (RFC 9110, 14.1.2). */
export interface ByteRange {
  readonly from: number;
  /** Included. */
  readonly until: number;
}

/**
 * @returns null: all of it is meant, also by what is no single range of bytes. `beyond`: there is nothing where it begins
 */
export function byteRange(header: string | undefined, bytes: number): ByteRange | 'beyond' | null {
  const [, first = '', last = ''] = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  const isEnd = first === '';
  const from = isEnd ? Math.max(0, bytes - Number(last)) : Number(first);
  const until = isEnd || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (!isEnd && last !== '' && Number(last) < from) return null;
  return from >= bytes ? 'beyond' : { from, until };
}

/** The header where it names one range of bytes; null: all of it is meant. */
export const rangeAskedFor = (header: string | undefined): string | null =>
  header !== undefined && /^bytes=(?:[0-9]{1,15}-[0-9]{0,15}|-[0-9]{1,15})$/.test(header) ? header : null;
