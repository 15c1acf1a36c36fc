/** The calls of a story as the journal keeps them, a line each. */
import { foldCall, isAboutCall } from '../../src/calls/journal/fold.ts';
import type { Event, NewEvent } from '../../src/model/event.ts';
import type { CallRecord } from '../../src/model/call-record.ts';
import { plain, table } from './markdown.ts';
import { answererName, duration, numberName, partyName } from './names.ts';
import { callsOf, type CallWord } from './words.ts';

interface Column {
  readonly head: string;
  /** Empty: nothing is to be said of this call. */
  readonly cell: (record: CallRecord, callWord: CallWord) => string;
  /** Left out where no call of the story has anything in it. */
  readonly optional?: true;
}

const transfers = ({ call }: CallRecord): string =>
  call.transfers
    .map(({ kind, by, target, state }) => `${kind} by ${by ?? '?'} to ${numberName(target)}: ${state}`)
    .join('; ');

const columns: readonly Column[] = [
  { head: 'call', cell: ({ call }, callWord) => callWord(call.id), optional: true },
  { head: 'direction', cell: ({ call }) => call.direction },
  { head: 'from', cell: ({ call }) => plain(partyName(call.from)) },
  { head: 'to', cell: ({ call }) => plain(partyName(call.to)) },
  { head: 'queue', cell: ({ call }) => call.queue ?? '', optional: true },
  { head: 'outcome', cell: ({ call }) => call.outcome ?? '' },
  { head: 'answered by', cell: ({ call }) => (call.answeredBy ? answererName(call.answeredBy) : '') },
  { head: 'ended by', cell: ({ call }) => call.hungUpBy ?? '' },
  { head: 'rang', cell: ({ ringMs }) => (ringMs === null ? '' : duration(ringMs)) },
  { head: 'talk', cell: ({ call }) => duration(call.talkMs) },
  { head: 'transfers', cell: transfers, optional: true },
  {
    head: 'recordings',
    cell: ({ call }) => (call.recordings.length === 0 ? '' : String(call.recordings.length)),
    optional: true,
  },
  { head: 'extensions', cell: ({ extensions }) => extensions.join(', ') },
];

export function journalTable(events: readonly NewEvent[]): string {
  const { ids, word } = callsOf(events);
  const records = journalOf(events);
  const isShown = ({ head, optional, cell }: Column): boolean =>
    head === 'call' ? ids.length > 1 : !optional || records.some((record) => cell(record, word) !== '');
  const shown = columns.filter(isShown);
  return table(
    shown.map(({ head }) => head),
    records.map((record) => shown.map(({ cell }) => cell(record, word) || '–')),
  );
}

/** The journal's records once every event of the story is in the log. */
export function journalOf(events: readonly NewEvent[]): readonly CallRecord[] {
  const stored: Event[] = events.map((event, index) => ({ ...event, seq: index + 1, acceptedAt: event.time }));
  return callsOf(events).ids.flatMap((id) => {
    const own = stored.filter((event) => event.call?.id === id && isAboutCall(event));
    return foldCall(null, own) ?? [];
  });
}
