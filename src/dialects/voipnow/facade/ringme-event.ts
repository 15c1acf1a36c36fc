/** An event of Ringme and Telphin: `id`, `url`, `method` and `event_type`, all of them there. */
import type { FacadeSubscription, Fields, Refused } from '../../facade.ts';
import type { VendorEvent } from '../catalog.ts';
import { invalidField } from './ringme-errors.ts';
import { single, textOf } from './single.ts';

export interface RingmeEvent {
  readonly id: number;
  readonly url: string;
  readonly method: string;
  readonly event_type: string;
}

/** Of each resource its own. */
export const extensionEvents = [
  'dial-in',
  'dial-out',
  'hangup',
  'answer',
  'message-in',
  'message-out',
  'message-out-status',
  'voicemail',
] as const satisfies VendorEvent[];
export const agentEvents = ['agent-login', 'agent-logout'] as const satisfies VendorEvent[];
export const wholePbxEvents = [...extensionEvents, 'extension-call-status'] as const satisfies VendorEvent[];
export type RingmeEventType = (typeof wholePbxEvents)[number] | (typeof agentEvents)[number];

/** Null: the subscription is of another resource, or of more than one event. */
export function ringmeEvent(
  { number, url, method, options }: FacadeSubscription,
  types: readonly RingmeEventType[],
): RingmeEvent | null {
  const type = types.find((one) => one === options['event']);
  return type === undefined ? null : { id: number, url, method, event_type: type };
}

export interface NewRingmeEvent {
  readonly event: RingmeEventType;
  readonly url: string;
  readonly method: string;
}

export function readRingmeEvent(
  body: Fields,
  types: readonly RingmeEventType[],
): { readonly value: NewRingmeEvent } | Refused {
  const url = mandatory(body, 'url', 'the URL that is called');
  if ('refusal' in url) return url;
  const method = mandatory(body, 'method', 'GET or POST');
  if ('refusal' in method) return method;
  if (method.value !== 'GET' && method.value !== 'POST') return invalidField('method', 'it must be GET or POST.');
  const type = mandatory(body, 'event_type', types.join(', '));
  if ('refusal' in type) return type;
  const event = types.find((one) => one === type.value);
  if (event === undefined) return invalidField('event_type', `it must be one of ${types.join(', ')}.`);
  return { value: { event, url: url.value, method: method.value } };
}

function mandatory(body: Fields, name: string, what: string): { readonly value: string } | Refused {
  const found = single(body, name);
  if (found === 'absent') return invalidField(name, `it is missing. Send ${what}.`);
  if (found === 'twice') return invalidField(name, 'it is given twice. Send it once.');
  const value = textOf(found.value);
  if (value === null || !value.isWellFormed()) return invalidField(name, `it is no text. Send ${what}.`);
  return value === '' ? invalidField(name, `it is empty. Send ${what}.`) : { value };
}
