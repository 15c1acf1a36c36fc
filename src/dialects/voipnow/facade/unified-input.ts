/** What a client of UnifiedAPI sends to make or change an event. Fields that the API does not have are not looked at. */
import type { Fields, Refused, SubscriptionChange } from '../../facade.ts';
import { eventOfType, type PhoneCallEventType, typeWords } from './event-types.ts';
import { single, textOf } from './single.ts';
import { invalid, type UnifiedCode } from './unified-errors.ts';

type Read<T> = { readonly value: T } | Refused;

const codes = {
  method: 'pce_method_invalid',
  status: 'pce_status_invalid',
  url: 'pce_url_invalid',
  note: 'pce_note_invalid',
} as const satisfies Record<string, UnifiedCode>;
type Name = keyof typeof codes;

const wrong = (name: Name, message: string): Refused => invalid(codes[name], name, `${name}: ${message}`);

/** Any of the four that may be changed. */
export function readChange(body: Fields): Read<SubscriptionChange> {
  const method = flag(body, 'method', '0 for GET or 1 for POST');
  if ('refusal' in method) return method;
  const status = flag(body, 'status', '0 for disabled or 1 for enabled');
  if ('refusal' in status) return status;
  const note = text(body, 'note');
  if ('refusal' in note) return note;
  const url = text(body, 'url');
  if ('refusal' in url) return url;
  return {
    value: {
      ...(method.value !== null && { method: method.value ? 'POST' : 'GET' }),
      ...(status.value !== null && { enabled: status.value }),
      ...(note.value !== null && { notes: note.value }),
      ...(url.value !== null && { url: decodedWhole(url.value) }),
    },
  };
}

export interface NewEvent {
  readonly event: PhoneCallEventType;
  readonly method: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly notes: string;
}

/** @param inPath the type where the path names it; it then decides, and the body need not repeat it */
export function readNewEvent(inPath: string | null, body: Fields): Read<NewEvent> {
  const event = readType(inPath, body);
  if ('refusal' in event) return event;
  const change = readChange(body);
  if ('refusal' in change) return change;
  const { method, url, enabled = true, notes = '' } = change.value;
  if (method === undefined) return wrong('method', 'it is missing. Send 0 for GET or 1 for POST.');
  if (url === undefined || url === '') return wrong('url', 'it is missing. Send the URL that is called.');
  return { value: { event: event.value, method, url, enabled, notes } };
}

function readType(inPath: string | null, body: Fields): Read<PhoneCallEventType> {
  const found = single(body, 'type');
  const bad = (what: string): Refused => invalid('pcet_type_invalid', 'type', `type: ${what} Send ${typeWords}.`);
  if (found === 'twice') return bad('it is given twice.');
  const inBody = found === 'absent' ? null : (textOf(found.value) ?? 'none');
  const type = inPath ?? inBody;
  if (type === null) return bad('it is missing.');
  if (inPath !== null && inBody !== null && inPath !== inBody) return bad('the path and the body name different ones.');
  const event = eventOfType(type);
  return event === null ? bad('there is no such type.') : { value: event };
}

function flag(body: Fields, name: 'method' | 'status', words: string): Read<boolean | null> {
  const found = single(body, name);
  if (found === 'absent') return { value: null };
  const value = found === 'twice' ? null : textOf(found.value);
  if (value === '0' || value === '1') return { value: value === '1' };
  return wrong(name, `${found === 'twice' ? 'it is given twice' : 'there is no such value'}. Send ${words}.`);
}

function text(body: Fields, name: 'note' | 'url'): Read<string | null> {
  const found = single(body, name);
  if (found === 'absent') return { value: null };
  if (found === 'twice') return wrong(name, 'it is given twice. Send it once.');
  if (typeof found.value !== 'string') return wrong(name, 'it is no text. Send a text.');
  return found.value.isWellFormed()
    ? { value: found.value }
    : wrong(name, 'it has half a character. Send valid UTF-8.');
}

/** Some clients read "must be encoded" as the whole URL, scheme and all; so it can't be meant otherwise. */
function decodedWhole(url: string): string {
  if (!/^https?%3a%2f%2f/i.test(url)) return url;
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
