/** One line for an event or a delivery, for people. */
import { harmless, toned, type Terminal, type Tone } from './terminal.ts';

interface PartyFacts {
  readonly number: string | null;
  readonly raw: string | null;
  readonly name: string | null;
  readonly kind: string;
}

/** What a line shows of an event, as the API has it. */
export interface EventFacts {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly time: string;
  readonly domain: string;
  readonly extension: string | null;
  readonly call: {
    readonly id: string;
    readonly direction: string;
    readonly outcome: string | null;
    readonly from: PartyFacts;
    readonly to: PartyFacts;
  } | null;
  readonly leg: { readonly extension: string | null; readonly outcome: string | null } | null;
}

export interface DeliveryFacts {
  readonly delivery: string;
  readonly seq: number;
  readonly subscription: number;
  readonly attempt: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly detail: string | null;
}

const localTime = (time: string): string => new Date(time).toTimeString().slice(0, 8);

/** `?`: nothing is known of it. A number that was withheld is shown in the words it came with, such as `anonymous`. */
export function partyNumber({ number, raw, kind }: Pick<PartyFacts, 'number' | 'raw' | 'kind'>): string {
  return number ?? (raw === null ? (kind === 'anonymous' ? '?' : kind) : raw === '' ? kind : raw);
}

function party(facts: PartyFacts): string {
  const { name } = facts;
  const shown = partyNumber(facts);
  return name !== null && name !== shown ? `${name} ${shown}` : shown;
}

const typeWidth = 20;

/** Type, who, and how it went: what an event says in a line. */
export function eventWords(event: EventFacts): string {
  const { call, leg } = event;
  const words = [event.type.padEnd(typeWidth)];
  if (call) words.push(`${party(call.from)} → ${party(call.to)}`);
  const extension = leg?.extension ?? event.extension;
  if (extension) words.push(`ext ${extension}`);
  const outcome = leg?.outcome ?? call?.outcome;
  if (outcome) words.push(outcome);
  return harmless(words.join('  '));
}

export function eventLine(terminal: Terminal, event: EventFacts): string {
  const head = toned(terminal, 'soft', `${localTime(event.time)}  #${String(event.seq).padEnd(6)}`);
  return `${head}  ${eventWords(event)}  ${toned(terminal, 'soft', harmless(event.domain))}`;
}

const tones: Readonly<Record<string, Tone>> = {
  delivered: 'good',
  failed: 'wait',
  cancelled: 'bad',
  expired: 'bad',
  not_encoded: 'bad',
};

/** @param event what was delivered, where it is known */
export function deliveryLine(
  terminal: Terminal,
  delivery: DeliveryFacts,
  event: EventFacts | null,
  to: string | null,
): string {
  const { outcome, status, durationMs, attempt, detail } = delivery;
  const result = `${outcome}${status === null ? '' : ` ${status}`}`;
  const words = [
    toned(terminal, 'soft', localTime(delivery.startedAt)),
    toned(terminal, tones[outcome] ?? 'soft', result.padEnd(14)),
    harmless(to ?? `subscription ${delivery.subscription}`).padEnd(24),
    event ? eventWords(event) : `event #${delivery.seq}`,
  ];
  if (attempt > 1) words.push(`attempt ${attempt}`);
  words.push(toned(terminal, 'soft', `${Math.round(durationMs)} ms`));
  if (detail !== null) words.push(toned(terminal, 'bad', harmless(detail.slice(0, 120))));
  return words.join('  ');
}
