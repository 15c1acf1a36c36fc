/**
 * Ringme and Telphin: `/extension/{id}/event/` and `/agent/{id}/event/`, by the ids of extensions, which their names are
 * looked up for. Deleting without an id would take everybody's events away: it is never asked for.
 */
import type {
  AskRemote,
  RemoteEvent,
  RemotePlace,
  RemoteRegistry,
  RemoteResult,
  RemoteVendor,
} from '../../../model/remote-registry.ts';
import { ringmeIds } from './ringme-ids.ts';
import { done, fieldsOf, resultOf, textOf, unreadable } from './trouble.ts';

export const api = '/api/ver1.0';
const idShape = /^[1-9]\d{0,18}$/;

export const ringmeVendor: RemoteVendor = {
  events: {
    phone: ['dial-in', 'dial-out', 'hangup'],
    answer: ['answer'],
    machine: ['hangup'],
    agent: ['agent-login', 'agent-logout'],
  },
  tokenPath: '/oauth/token',
  registry: ringmeRegistry,
  probe: { method: 'GET', path: `${api}/client/@me/extension/?page=1&per_page=1` },
  // A name of dots alone would be another path.
  recordingPath: (id) => (/^\.*$/.test(id) ? null : `${api}/client/@me/record/${encodeURIComponent(id)}`),
};

function ringmeRegistry(ask: AskRemote): RemoteRegistry {
  const ids = ringmeIds(ask);
  const at = async <T>(place: RemotePlace, act: (path: string) => Promise<RemoteResult<T>>) => {
    const found = await ids.idOf(place.name);
    return 'trouble' in found ? found : act(`${api}/${place.kind}/${found.value}/event/`);
  };
  return {
    list: (place) => at(place, async (path) => resultOf(await ask({ method: 'GET', path }), readEvents)),
    add: (place, event, url) =>
      at(place, async (path) => {
        const json = { url, method: 'POST', event_type: event };
        return resultOf(await ask({ method: 'POST', path, json }), readId);
      }),
    remove: (place, { id }) =>
      at(place, async (path) => {
        if (!idShape.test(id)) return unreadable('an event without a usable id');
        return resultOf(await ask({ method: 'DELETE', path: path + id }), done);
      }),
  };
}

function readEvents(body: unknown): RemoteResult<readonly RemoteEvent[]> {
  if (!Array.isArray(body)) return unreadable('no list of events');
  return { value: body.flatMap((one) => readEvent(one) ?? []) };
}

/** One that can't be named can't be removed either, nor be ours: everything of ours has an id and a URL. */
function readEvent(value: unknown): RemoteEvent | null {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const url = textOf(fields['url']);
  if (id === null || !idShape.test(id) || url === null) return null;
  const isSent = textOf(fields['method'])?.toUpperCase() === 'POST';
  return { id, url, event: textOf(fields['event_type']) ?? '', isSent };
}

function readId(body: unknown): RemoteResult<string | null> {
  const id = textOf(fieldsOf(body)['id']);
  return { value: id !== null && idShape.test(id) ? id : null };
}
