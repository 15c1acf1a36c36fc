/** What the live view of people reads from an event: whom it is about, and whether that is gone. */
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { extensionTypes } from '../../model/tenants.ts';

/** An extension that a source has shown. */
export interface FoundExtension {
  readonly reseller: string;
  readonly domain: string;
  readonly number: string;
  readonly type: (typeof extensionTypes)[number];
  readonly name: string | null;
  readonly connector: string;
  /** Sequence of the event that showed it. */
  readonly seq: number;
  /** When it was first shown, or last changed. */
  readonly updatedAt: string;
}

export const placeOf = (domain: string, extension: string): string => `${domain}\u0000${extension}`;
export const keyOf = ({ connector, domain }: Event, type: EventType, subject: string): string =>
  [connector, type, domain, subject].join('\u0000');

export function subjectOf({ type, extension, data }: Event): string | null {
  const named =
    type === 'agent.state_changed' ? data['agent'] : type === 'mailbox.changed' ? data['mailbox'] : extension;
  return typeof named === 'string' ? named : null;
}

export const isGone = ({ type, data }: Event): boolean =>
  (type === 'subscriber.updated' && data['change'] === 'deleted') ||
  (type === 'agent.state_changed' && data['state'] === 'logged_out');

export function foundIn({ reseller, domain, extension, connector, seq, time, data }: Event): FoundExtension | null {
  const { type, name } = data;
  if (extension === null || typeof type !== 'string') return null;
  return {
    reseller,
    domain,
    number: extension,
    type: type as FoundExtension['type'],
    name: typeof name === 'string' ? name : null,
    connector,
    seq,
    updatedAt: time,
  };
}
