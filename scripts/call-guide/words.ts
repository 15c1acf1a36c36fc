/** What an event says, in a few words beside its type. */
import type { NewEvent } from '../../src/model/event.ts';
import { answererName, duration, legName, numberName, partyName } from './names.ts';

/** `call 2`, where a story has several; `the call` where it has one. */
export type CallWord = (callId: string) => string;

type Words = (event: NewEvent, callWord: CallWord) => string;

const field = ({ data }: NewEvent, name: string): string | null => {
  const value = data[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
};

const who: Words = ({ leg, extension }) => (leg ? legName(leg) : (extension ?? ''));

const started: Words = ({ call }) => (call ? `${partyName(call.from)} → ${partyName(call.to)}` : '');

const answered: Words = ({ call }) => (call?.answeredBy ? `by ${answererName(call.answeredBy)}` : '');

const byWhom: Readonly<Record<string, string>> = {
  caller: 'the caller hung up',
  callee: 'the callee hung up',
  system: 'the system ended it',
};

const ended: Words = (event, callWord) => {
  const into = field(event, 'mergedInto');
  if (into !== null) return `goes on as part of ${callWord(into)}`;
  const { call } = event;
  return [call?.outcome, byWhom[call?.hungUpBy ?? '']].filter(Boolean).join(', ');
};

/** A changed field, with its new value where that is a word. */
function change(path: string, { call }: NewEvent): string {
  if (path === 'call.state') return `now ${call?.state}`;
  if (path === 'call.queue') return call?.queue === null ? 'in no queue' : `queue ${call?.queue}`;
  if (path === 'call.answeredBy') return call?.answeredBy ? `by ${answererName(call.answeredBy)}` : path;
  if (path === 'call.relatedCallIds') return 'a related call';
  return path.replace(/^call\./, '');
}

const updated: Words = (event) => {
  const { changed } = event.data;
  return Array.isArray(changed) ? changed.map((path) => change(String(path), event)).join(', ') : '';
};

const legEnded: Words = (event, callWord) => {
  const by = field(event, 'answeredElsewhereBy');
  const to = field(event, 'forwardedTo');
  const left = event.leg?.outcome === 'cancelled' && field(event, 'queue') !== null;
  const more = [by && ` by ${by}`, to && ` to ${numberName(to)}`, left && ', the queue stopped calling'];
  return `${who(event, callWord)}: ${event.leg?.outcome}${more.filter(Boolean).join('')}`;
};

const legBegins: Words = (event, callWord) =>
  `${who(event, callWord)}${event.data['transferred'] === true ? ', for the transfer' : ''}`;

const transfer: Words = (event) => {
  const queue = field(event, 'targetQueue');
  const target = queue === null ? numberName(field(event, 'target')) : `queue ${queue}`;
  const reason = field(event, 'reason');
  return `${field(event, 'kind') ?? 'of some kind'}, ${field(event, 'by') ?? '?'} → ${target}${reason === null ? '' : `: ${reason}`}`;
};

const agent = (event: NewEvent): string => field(event, 'agentExtension') ?? field(event, 'agent') ?? '?';
const after = (event: NewEvent, name: string): string => `after ${duration(event.data[name])}`;
const people = (event: NewEvent): string => {
  const count = event.data['participants'];
  return count === 0 ? 'nobody left' : `${String(count)} there`;
};

/** What else is of use of the types that are about no call. */
const other: Words = (event) => {
  const parts = [event.extension, field(event, 'state'), field(event, 'reason')];
  return parts.filter((part) => part !== null).join(' ');
};

const words: Readonly<Record<string, Words>> = {
  'call.started': started,
  'call.updated': updated,
  'call.answered': answered,
  'call.ended': ended,
  'call.closed': (event) => (field(event, 'mergedInto') === null ? 'all is final' : ''),
  'leg.dial_in': legBegins,
  'leg.dial_out': legBegins,
  'leg.ringing': who,
  'leg.answered': legBegins,
  'leg.held': who,
  'leg.resumed': who,
  'leg.ended': legEnded,
  'leg.closed': (event, callWord) =>
    `${who(event, callWord)}: ${event.data['bridged'] === true ? 'somebody answered' : 'nobody answered'}`,
  'transfer.started': transfer,
  'transfer.completed': transfer,
  'transfer.failed': transfer,
  'queue.joined': (event) => `${field(event, 'queue') ?? '?'}, place ${field(event, 'position') ?? '?'}`,
  'queue.agent_ringing': agent,
  'queue.agent_missed': (event) => `${agent(event)}, ${after(event, 'ringMs')}`,
  'queue.answered': (event) => `${agent(event)}, ${after(event, 'waitMs')}`,
  'queue.left': (event) => `${field(event, 'reason') ?? 'why is not known'}, ${after(event, 'waitMs')}`,
  'park.parked': (event) => `by ${field(event, 'by') ?? '?'}`,
  'park.retrieved': (event) => `by ${field(event, 'retrievedBy') ?? '?'}, ${after(event, 'parkedMs')}`,
  'park.timed_out': (event) => `back to ${field(event, 'returnedTo') ?? '?'}, ${after(event, 'parkedMs')}`,
  'park.abandoned': (event) => after(event, 'parkedMs'),
  'conference.started': (event) => `room ${field(event, 'conference') ?? '?'}`,
  'conference.joined': (event) => `${numberName(field(event, 'participant'))}, ${people(event)}`,
  'conference.left': (event) => `${numberName(field(event, 'participant'))}, ${people(event)}`,
  'conference.ended': (event) => `${field(event, 'mostParticipants') ?? '?'} at most`,
  'recording.ready': (event) => `${duration(event.data['durationMs'])} long`,
  'voicemail.left': (event) => `in mailbox ${field(event, 'mailbox') ?? '?'}`,
};

export function eventWords(event: NewEvent, callWord: CallWord): string {
  const said = (words[event.type] ?? other)(event, callWord);
  const marks = (['estimated', 'partial'] as const).filter((name) => event.data[name] === true);
  return [said, ...marks].filter((part) => part !== '').join(' · ');
}

/** The calls of a story by number, in the order they begin. */
export function callsOf(events: readonly NewEvent[]): { readonly ids: readonly string[]; readonly word: CallWord } {
  const ids = [...new Set(events.flatMap(({ call }) => (call ? [call.id] : [])))];
  const word: CallWord = (id) => (ids.length === 1 ? 'the call' : `call ${ids.indexOf(id) + 1}`);
  return { ids, word };
}
