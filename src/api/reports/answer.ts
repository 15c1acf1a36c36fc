/** What a sender is told of a notification that was understood: mostly `ok`, else what was odd about it, for who looks. */
import type { Decoded } from '../../dialects/decode.ts';

const mostDoubts = 5;
/** Names of parameters are the sender's own. */
const plain = (field: string): string => field.replaceAll(/[^\w.-]/g, '?');

export function answerText(decoded: Exclude<Decoded, { problem: unknown }>): string {
  const { doubts } = decoded;
  const told = doubts.slice(0, mostDoubts).map(({ kind, field }) => `${kind} ${plain(field)}`);
  const more = doubts.length > mostDoubts ? `, and ${doubts.length - mostDoubts} more` : '';
  return [
    'ok',
    ...('ignored' in decoded ? [`nothing is made of it: ${decoded.ignored}`] : []),
    ...(told.length > 0 ? [`passed over, guessed or believed all the same: ${told.join(', ')}${more}`] : []),
  ].join('; ');
}
