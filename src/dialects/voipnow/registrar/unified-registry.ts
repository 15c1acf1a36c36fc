/**
 * VoipNow UnifiedAPI: `/uapi/extensions/@me/{extension}/phoneCallEvents`. Types are numbers, all numbers are texts, and the
 * type goes into the body, as the vendor's own client sends it. Deleting without an id would take everybody's events away: it
 * is never asked for. Its posts name no recording, and no way to fetch one is documented.
 */
import type {
  AskRemote,
  RemoteEvent,
  RemotePlace,
  RemoteRegistry,
  RemoteResult,
  RemoteVendor,
} from '../../../model/remote-registry.ts';
import { done, fieldsOf, resultOf, textOf, unreadable } from './trouble.ts';

/** By their numbers. */
const types = ['dial-in', 'dial-out', 'hangup', 'answer-incoming', 'answer-outgoing'];
const idShape = /^[A-Za-z0-9_-]{1,255}$/;
const pageSize = 100;
/** The vendor counts no further than 5,000. */
const mostPages = 51;

export const unifiedVendor: RemoteVendor = {
  events: {
    phone: ['dial-in', 'dial-out', 'hangup'],
    answer: ['answer-incoming', 'answer-outgoing'],
    machine: ['hangup'],
    agent: [],
  },
  tokenPath: '/oauth/token.php',
  registry: unifiedRegistry,
  probe: { method: 'GET', path: '/uapi/extensions/@me?count=1' },
};

/** A number of dots alone would be another path. */
const isName = ({ name }: RemotePlace): boolean => !/^\.*$/.test(name);
const noName = { trouble: { kind: 'gone', message: 'an extension can’t be called so' } } as const;

const pathOf = ({ name }: RemotePlace): string => `/uapi/extensions/@me/${encodeURIComponent(name)}/phoneCallEvents`;

function unifiedRegistry(ask: AskRemote): RemoteRegistry {
  return {
    list: async (place) => (isName(place) ? listAll(ask, place) : noName),
    add: async (place, event, url) => {
      if (!isName(place)) return noName;
      const json = { type: String(types.indexOf(event)), method: '1', url, status: '1', note: 'Offhook' };
      return resultOf(await ask({ method: 'POST', path: `${pathOf(place)}/`, json }), readId);
    },
    remove: async (place, { id, event }) => {
      const type = types.indexOf(event);
      if (!isName(place)) return noName;
      if (!idShape.test(id) || type < 0) return unreadable('an event without a usable id and type');
      return resultOf(await ask({ method: 'DELETE', path: `${pathOf(place)}/${type}/${id}` }), done);
    },
  };
}

async function listAll(ask: AskRemote, place: RemotePlace): Promise<RemoteResult<readonly RemoteEvent[]>> {
  const all = new Map<string, RemoteEvent>();
  for (let page = 0; page < mostPages; page++) {
    const path = `${pathOf(place)}?count=${pageSize}&startIndex=${page * pageSize}`;
    const read = resultOf(await ask({ method: 'GET', path }), readEvents);
    if ('trouble' in read) return read;
    const before = all.size;
    for (const event of read.value.events) all.set(event.id, event);
    if (read.value.entries < pageSize || all.size === before) break;
  }
  return { value: [...all.values()] };
}

interface Page {
  readonly events: readonly RemoteEvent[];
  /** With those that can't be read. */
  readonly entries: number;
}

/** Where there is none, the answer may be without a body. */
function readEvents(body: unknown): RemoteResult<Page> {
  if (body === null) return { value: { events: [], entries: 0 } };
  const entries = Array.isArray(body) ? body : fieldsOf(body)['entry'];
  if (!Array.isArray(entries)) return unreadable('no list of events');
  return { value: { events: entries.flatMap((one) => readEvent(one) ?? []), entries: entries.length } };
}

function readEvent(value: unknown): RemoteEvent | null {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const url = textOf(fields['url']);
  if (id === null || !idShape.test(id) || url === null) return null;
  const type = textOf(fields['type']) ?? '';
  const isSent = textOf(fields['method']) === '1' && textOf(fields['status']) !== '0';
  return { id, url: plainUrl(url), event: eventOf(type), isSent };
}

const eventOf = (type: string): string => (/^\d$/.test(type) ? types[Number(type)] : undefined) ?? `type ${type}`;

/** "Encoded" is said of a URL there, and may be meant of the whole. */
function plainUrl(url: string): string {
  if (!/^https?%3a/i.test(url)) return url;
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Alone, or as the only entry; none where nothing is returned. */
function readId(body: unknown): RemoteResult<string | null> {
  const fields = fieldsOf(body);
  const [first] = Array.isArray(fields['entry']) ? fields['entry'] : [];
  const id = textOf(fields['id']) ?? textOf(fieldsOf(first)['id']);
  return { value: id !== null && idShape.test(id) ? id : null };
}
