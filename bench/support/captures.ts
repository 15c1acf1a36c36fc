/** The recorded calls that the benchmarks of the phone side are about. */
import type { CapturedCall } from '../../test/support/captured/captured-call.ts';
import { readCaptures } from '../../test/support/captured/play-calls.ts';

/** Two parties who talk: from outside, to outside, inside, and with a hold. */
const twoPartyNames = ['inbound-answered', 'outbound-answered', 'internal-answered', 'internal-held'];

export const twoPartyCalls = (): readonly CapturedCall[] => readCaptures(twoPartyNames);

export const greeting = 'Asterisk Call Manager/11.0.0\r\n';

/** What one `read` of a socket gives at most. */
const chunkBytes = 65_536;

/** The texts as the chunks in which they come over a connection. */
export function chunksOf(texts: Iterable<string>): Buffer[] {
  const all = Buffer.from([...texts].join(''));
  const chunks: Buffer[] = [];
  for (let from = 0; from < all.length; from += chunkBytes) chunks.push(all.subarray(from, from + chunkBytes));
  return chunks;
}
