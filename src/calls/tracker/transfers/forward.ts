/** A phone that sends a call on before anybody answered it, and the leg that is dialled for that. */
import type { Channel, Dial } from '../../graph/channel.ts';
import type { CallRecord } from '../record.ts';

/** Forwards of one call that are remembered; the oldest go first. */
const mostForwards = 100;

/** The number in `170@phones`, `Local/170@phones`, `sip:170@host`. */
const numberIn = (target: string): string => target.replace(/^.*[/:]/, '').split('@')[0] ?? '';

export function noteForward(call: CallRecord | undefined, from: Channel, forwardTo: string | null): void {
  const number = forwardTo === null ? '' : numberIn(forwardTo);
  if (!call || number === '') return;
  const by = call.legs.get(from.id)?.extension ?? null;
  if (call.forwards.some((known) => known.by === by && known.number === number)) return;
  call.forwards = [...call.forwards, { by, number }].slice(-mostForwards);
}

/** Who sent the call on to what is called on this path; null where nobody did. */
export function forwarderOf(call: CallRecord, path: readonly Dial[], extension: string | null): string | null {
  if (call.forwards.length === 0) return null;
  const called = path.flatMap(({ dialString }) => (dialString === null ? [] : [numberIn(dialString)]));
  const forward = call.forwards.findLast(({ number }) => number === extension || called.includes(number));
  return forward?.by ?? null;
}
