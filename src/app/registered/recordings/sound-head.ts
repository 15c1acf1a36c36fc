/** Whether an answer is the sound that was asked for, and what of its head is told to whoever gets it. */
import type { RemoteSound } from '../../../calls/recording-files.ts';
import type { AnswerHead } from '../../../delivery/sender/sender.ts';

const soundType = /^(?:audio\/[a-z0-9.+-]{1,60}|application\/ogg)$/;
/** What storages say of what they know nothing of. */
const anyType = /^(?:application|binary)\/octet-stream$/;
const partShape = /^bytes \d{1,15}-\d{1,15}\/(?:\d{1,15}|\*)$/;

export function soundIn(
  { status, headers }: AnswerHead,
  maxBytes: number,
): Omit<RemoteSound, 'kind' | 'body'> | { readonly problem: string } {
  const text = (name: string): string => [headers[name] ?? ''].flat()[0] ?? '';
  const contentType = (text('content-type').split(';', 1)[0] ?? '').trim().toLowerCase();
  if (!soundType.test(contentType) && !anyType.test(contentType)) return { problem: 'It answered with no sound.' };
  if (!/^(?:identity)?$/i.test(text('content-encoding').trim())) return { problem: 'It answered with packed sound.' };
  const length = text('content-length');
  const bytes = /^\d{1,15}$/.test(length) ? Number(length) : null;
  if (bytes !== null && bytes > maxBytes) return { problem: `The recording is longer than ${maxBytes} bytes.` };
  const part = text('content-range');
  if (status === 206 && !partShape.test(part)) return { problem: 'It answered with a part, and does not say which.' };
  return {
    contentType: anyType.test(contentType) ? 'application/octet-stream' : contentType,
    bytes,
    contentRange: status === 206 ? part : null,
    inParts: status === 206 || text('accept-ranges').toLowerCase() === 'bytes',
  };
}
