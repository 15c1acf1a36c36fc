/** Calls as CSV (RFC 4180), for a spreadsheet. */
import type { CallEntry } from '../calls/journal/entries.ts';
import type { EventFacts } from './lines.ts';

/** As the API shows it. */
export interface EntryFacts extends CallEntry {
  readonly recordingUrl: string | null;
}

export interface CallFacts {
  readonly domain: string;
  readonly extensions: readonly string[];
  readonly ringMs: number | null;
  readonly entries: readonly EntryFacts[];
  readonly call: NonNullable<EventFacts['call']> & {
    readonly state: string;
    readonly did: string | null;
    readonly queue: string | null;
    readonly trunk: string | null;
    readonly answeredBy: { readonly kind: string; readonly extension: string | null } | null;
    readonly hungUpBy: string | null;
    readonly startedAt: string;
    readonly answeredAt: string | null;
    readonly endedAt: string | null;
    readonly talkMs: number;
    readonly origin: { readonly billingCode: string | null };
  };
}

type Cell = string | number | null;

const columns: Readonly<Record<string, (one: CallFacts) => Cell>> = {
  id: ({ call }) => call.id,
  domain: ({ domain }) => domain,
  direction: ({ call }) => call.direction,
  state: ({ call }) => call.state,
  outcome: ({ call }) => call.outcome,
  from: ({ call }) => call.from.number,
  from_raw: ({ call }) => call.from.raw,
  from_name: ({ call }) => call.from.name,
  to: ({ call }) => call.to.number,
  to_raw: ({ call }) => call.to.raw,
  did: ({ call }) => call.did,
  extensions: ({ extensions }) => extensions.join(' '),
  answered_by: ({ call }) => call.answeredBy && (call.answeredBy.extension ?? call.answeredBy.kind),
  hung_up_by: ({ call }) => call.hungUpBy,
  started_at: ({ call }) => call.startedAt,
  answered_at: ({ call }) => call.answeredAt,
  ended_at: ({ call }) => call.endedAt,
  ring_ms: ({ ringMs }) => ringMs,
  talk_ms: ({ call }) => call.talkMs,
  queue: ({ call }) => call.queue,
  trunk: ({ call }) => call.trunk,
  billing_code: ({ call }) => call.origin.billingCode,
};

const entryColumns: Readonly<Record<string, (entry: EntryFacts, call: CallFacts) => Cell>> = {
  call: (_entry, { call }) => call.id,
  entry: ({ id }) => id,
  domain: (_entry, { domain }) => domain,
  extension: ({ extension }) => extension,
  flow: ({ flow }) => flow,
  number: ({ number }) => number,
  name: ({ name }) => name,
  did: ({ did }) => did,
  started_at: ({ startedAt }) => startedAt,
  answered_at: ({ answeredAt }) => answeredAt,
  ended_at: ({ endedAt }) => endedAt,
  talk_us: ({ talkUs }) => talkUs,
  status: ({ status }) => status,
  missed: ({ missed }) => flag(missed),
  transferred: ({ transferred }) => flag(transferred),
  internal: ({ internal }) => flag(internal),
  recording: ({ recordingId }) => recordingId,
  call_back: ({ callBackId }) => callBackId,
  estimated: ({ estimated }) => flag(estimated),
  recording_url: ({ recordingUrl }) => recordingUrl,
};

const flag = (value: boolean): string => (value ? 'yes' : 'no');

export const csvColumns = Object.keys(columns);
export const entryCsvColumns = Object.keys(entryColumns);

/** A line for each entry of the call. */
export const entriesCsvOf = (one: CallFacts): readonly string[] =>
  one.entries.map((entry) => csvLine(Object.values(entryColumns).map((cell) => cell(entry, one))));

export const csvOf = (one: CallFacts): string => csvLine(Object.values(columns).map((cell) => cell(one)));

export const csvLine = (cells: readonly Cell[]): string => cells.map(quoted).join(',');

/**
 * A name or number that a caller made up must not become a formula where the file is opened: what begins like one,
 * and is no phone number, gets an apostrophe before it, as spreadsheets have it for text.
 */
function quoted(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) && !/^\+[0-9]+$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}
