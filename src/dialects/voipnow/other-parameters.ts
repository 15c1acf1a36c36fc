/**
 * Events that are of no call: agents, messages, voice messages, and the state of extensions. Only Ringme has parameters for
 * them (pages of its API: message events, queue agent events, events of all extensions); a VoipNow subscription to them is
 * sent the same.
 */
import { presenceStates } from '../../model/event-types/people.ts';
import type { Event } from '../../model/event.ts';
import type { Directory } from '../dialect.ts';
import type { VendorEvent } from './catalog.ts';
import { digits } from './call-facts.ts';
import { refTo, written } from './extension-words.ts';
import type { Parameters } from './parameters.ts';

export type Found = { readonly event: VendorEvent; readonly parameters: Parameters } | { readonly reason: string };

/** @param extension of the subscription; `*`: any */
export function otherParameters(event: Event, extension: string, directory: Directory): Found {
  const number = event.extension;
  if (extension !== '*' && number !== extension) return { reason: `not of extension ${extension}` };
  const about = { event, number, ref: number === null ? null : refTo(directory, event.domain, number), directory };
  return encoders[event.type]?.(about) ?? { reason: `there is no event for ${event.type}` };
}

interface About {
  readonly event: Event;
  readonly number: string | null;
  readonly ref: ReturnType<typeof refTo> | null;
  readonly directory: Directory;
}

const text = (event: Event, name: string): string | null => {
  const value = event.data[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

const nameOf = ({ ref }: About): string | null => ref && written(ref, 'star');

/** How it was before is not known, and no change was seen: Offhook has just begun to listen. */
const isOnlyFound = ({ data }: Event): boolean =>
  (data['previousState'] ?? null) === null && data['estimated'] === true;

/** Ready to be called by a queue, now or after the call the agent is in. */
const ready: ReadonlySet<unknown> = new Set(['available', 'ringing', 'busy', 'wrap_up']);

function agent(about: About): Found {
  const { event, ref } = about;
  const { state, previousState } = event.data;
  const isReady = ready.has(state);
  if (isOnlyFound(event)) return { reason: 'how the agent is was found, and did not change' };
  // Only a change is an event: somebody who pauses after logging out is still not called.
  if (previousState !== null && previousState !== undefined && ready.has(previousState) === isReady) {
    return { reason: 'whether the agent takes calls did not change' };
  }
  const kind = text(event, 'kind') ?? 'local';
  const name = isReady ? 'agent-login' : 'agent-logout';
  return {
    event: name,
    parameters: [
      ['event_type', name],
      ['agent_id', ref?.id ?? text(event, 'agent')],
      ['agent_status', isReady ? 'available' : 'logged_out'],
      ['agent_type', kind],
      ['agent_number', kind === 'remote' ? text(event, 'number') : null],
      ['extension_name', kind === 'local' ? nameOf(about) : null],
      ['event_source', text(event, 'by')],
    ],
  };
}

function messageIn(about: About): Found {
  const { event, ref } = about;
  return {
    event: 'message-in',
    parameters: [
      ['event_type', 'message-in'],
      ['extension_name', nameOf(about)],
      ['did_number', text(event, 'to')],
      ['src_number', text(event, 'from')],
      ['extension_id', ref?.id ?? null],
      ['text', text(event, 'text')],
    ],
  };
}

function messageOut(about: About): Found {
  return { event: 'message-out', parameters: outgoing(about, 'message-out') };
}

const outgoing = (about: About, name: string): Parameters => [
  ['event_type', name],
  ['extension_name', nameOf(about)],
  ['src_number', text(about.event, 'from')],
  ['extension_id', about.ref?.id ?? null],
  ['dst_number', text(about.event, 'to')],
  ['text', text(about.event, 'text')],
];

/** The vendor knows two ends of a message; what lies before them is none. */
const messageEnds: Readonly<Record<string, string>> = {
  sent: 'sent',
  delivered: 'sent',
  read: 'sent',
  failed: 'failed',
  expired: 'failed',
};

function messageStatus(about: About): Found {
  const { event } = about;
  const status = messageEnds[text(event, 'status') ?? ''];
  if (status === undefined) return { reason: 'the message has not been sent, nor failed' };
  if (messageEnds[text(event, 'previousStatus') ?? ''] === status) return { reason: 'it was said before' };
  return { event: 'message-out-status', parameters: [...outgoing(about, 'message-out-status'), ['status', status]] };
}

function voicemail(about: About): Found {
  const { event, ref } = about;
  const length = event.data['durationMs'];
  return {
    event: 'voicemail',
    parameters: [
      ['EventType', 'voicemail'],
      ['CallID', event.call && digits(event.call.id)],
      ['CallerIDNum', text(event, 'from')],
      ['CallerIDName', text(event, 'fromName')],
      ['CalledDID', event.call?.did ?? null],
      ['CalledExtension', nameOf(about)],
      ['CalledExtensionID', ref?.id ?? null],
      ['EventTime', Date.parse(event.time) * 1_000],
      ['Duration', typeof length === 'number' ? length * 1_000 : null],
    ],
  };
}

/** The vendor numbers states and does not say how: 1 is the first of ours. */
const stateId = (state: string | null): number | null => {
  const at = presenceStates.findIndex((one) => one === state);
  return at < 0 ? null : at + 1;
};

function callStatus(about: About): Found {
  const { event, ref, directory } = about;
  const [before, now] = [stateId(text(event, 'previousState')), stateId(text(event, 'state'))];
  if (before === now || isOnlyFound(event)) return { reason: 'the state did not change' };
  return {
    event: 'extension-call-status',
    parameters: [
      ['event_type', 'call-status-change'],
      ['old_status_id', before],
      ['new_status_id', now],
      ['extension_id', ref?.id ?? null],
      ['extension_name', nameOf(about)],
      ['client_id', directory.domainId(event.domain)],
      ['change_dt', event.time],
    ],
  };
}

const encoders: Partial<Record<Event['type'], (about: About) => Found>> = {
  'agent.state_changed': agent,
  'message.received': messageIn,
  'message.sent': messageOut,
  'message.status_changed': messageStatus,
  'voicemail.left': voicemail,
  'presence.changed': callStatus,
};
