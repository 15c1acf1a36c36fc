/** What a phone system told, posted in Ringme's words for each extension of it, and read as events again. */
import type { CallEntry } from '../../src/calls/journal/entries.ts';
import { foldCall } from '../../src/calls/journal/fold.ts';
import { ReportBook } from '../../src/calls/reported/book.ts';
import type { DecodeContext } from '../../src/dialects/decode.ts';
import { decodePost } from '../../src/dialects/voipnow/decode.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { ringme, voipnow } from '../../src/dialects/voipnow/index.ts';
import type { CallRecord } from '../../src/model/call-record.ts';
import type { Event, NewEvent } from '../../src/model/event.ts';
import { createNumberReader, rulesFor } from '../../src/model/numbers/index.ts';
import { encodeContextOf } from './encode-context.ts';
import { recordedExtensions } from './vendor-posts.ts';

const stored = (event: NewEvent, seq: number): Event => ({ ...event, seq, acceptedAt: event.time });
const numbers = createNumberReader(rulesFor('US'));
/** The extensions' records at the other end say what each is. */
function recordsOf(events: readonly NewEvent[]): DecodeContext['recorded'] {
  const machines = events.flatMap(({ leg }) =>
    leg !== null && (leg.role === 'queue' || leg.role === 'ivr') ? [[leg.extension, leg.role] as const] : [],
  );
  const types = new Map(machines);
  return (number) => {
    const known = recordedExtensions.extension('acme', number);
    return known && { type: types.get(number) ?? 'phone', prefix: known.prefix };
  };
}

/** The journal's records of these events. */
export function journalOf(events: readonly NewEvent[]): readonly CallRecord[] {
  const calls = Map.groupBy(
    events.map((event, index) => stored(event, index + 1)),
    ({ call }) => call?.id ?? null,
  );
  calls.delete(null);
  return [...calls.values()].flatMap((own) => foldCall(null, own) ?? []);
}

/** In whose words it is told, and what the addresses are registered for: null: for all of an extension. */
export interface Words {
  readonly dialect: Dialect;
  readonly options: Readonly<Record<string, unknown>>;
  readonly events: readonly (string | null)[];
}

export const ringmeWords: Words = { dialect: ringme, options: {}, events: [null] };
/** VoipNow posts don't say which event they are, so each event has an address of its own. */
export const voipnowWords: Words = {
  dialect: voipnow,
  options: { preset: 'unified' },
  events: ['dial-in', 'dial-out', 'hangup', 'answer-incoming', 'answer-outgoing'],
};

/** Each event, posted to the subscriptions of each extension, in order, and what is made of the posts. */
export function readAgain(
  events: readonly NewEvent[],
  { dialect, options, events: wanted }: Words,
): readonly NewEvent[] {
  const book = new ReportBook({ connector: 'in:words', reseller: 'default', domain: 'acme', numbers: () => numbers });
  const made: NewEvent[] = [];
  const recorded = recordsOf(events);
  let now = 0;
  for (const [index, event] of events.entries()) {
    now = Math.max(now, Date.parse(event.time));
    for (const extension of new Set(event.extensions)) {
      for (const only of wanted) {
        const own = only === null ? options : { ...options, event: only };
        const context = encodeContextOf({ extension, directory: recordedExtensions, options: own });
        const encoded = dialect.encode([stored(event, index + 1)], context);
        if (encoded.kind !== 'request') continue;
        const contentType = encoded.headers['content-type'] ?? '';
        const request = { query: '', contentType, body: Buffer.from(String(encoded.body)) };
        const decoded = decodePost(request, { extension, event: only, recorded, receivedAt: now });
        if ('problem' in decoded) throw new Error(`${decoded.problem.field} ${decoded.problem.message}`);
        if (decoded.doubts.length > 0) throw new Error(`${only} of ${event.type}: ${JSON.stringify(decoded.doubts)}`);
        if ('report' in decoded) made.push(...book.apply(decoded.report, now));
      }
    }
  }
  for (let next = book.nextDeadline(); next !== null; next = book.nextDeadline()) made.push(...book.tick(next));
  return made;
}

/** What Ringme's words carry, in an order that does not hang on ids. */
export const sameAtBothEnds = (entries: readonly CallEntry[]) =>
  entries
    .map(
      ({
        extension,
        flow,
        number,
        name,
        did,
        talkUs,
        status,
        missed,
        transferred,
        recordingId,
        callBackId,
        internal,
      }) => ({
        extension,
        flow,
        number,
        // Of whom is called only the number is posted.
        name: flow === 'in' ? name : null,
        did,
        talkUs,
        status,
        missed,
        transferred,
        recordingId,
        callBackId,
        internal,
      }),
    )
    .map((entry) => JSON.stringify(entry))
    .toSorted();
