/** A PhoneCallEvent: the resource of UnifiedAPI that one subscription is. All numbers are texts. */
import type { FacadeSubscription } from '../../facade.ts';
import { typeOfEvent } from './event-types.ts';

export const resourceFields = ['type', 'id', 'url', 'method', 'status', 'note', 'modified', 'links'] as const;
export type ResourceField = (typeof resourceFields)[number];

export interface PhoneCallEvent {
  readonly type: string;
  readonly id: string;
  readonly url: string;
  /** 0: GET, 1: POST. */
  readonly method: string;
  /** 0: disabled, 1: enabled. */
  readonly status: string;
  readonly note: string;
  readonly modified: string;
  readonly links: { readonly self: string };
}

/** @param base of the extension's events: `https://host/uapi/extensions/@me/0003*210/phoneCallEvents` */
export function phoneCallEvent(subscription: FacadeSubscription, base: string): PhoneCallEvent | null {
  const { id, url, method, enabled, notes, options, updatedAt } = subscription;
  const type = typeOfEvent(options['event']);
  if (type === null) return null;
  return {
    type,
    id,
    url,
    method: method === 'GET' ? '0' : '1',
    status: enabled ? '1' : '0',
    note: notes,
    modified: withOffset(updatedAt),
    links: { self: `${base}/${type}/${id}` },
  };
}

/** The vendor's times have seconds and an offset, never a Z. */
const withOffset = (utc: string): string => utc.replace(/(?:\.\d+)?Z$/, '+00:00');
