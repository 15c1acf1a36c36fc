/**
 * The ids of a client's extensions, by their names: all of them are read at the first question, page by page, or it is known
 * from then on why they can't be.
 */
import type { AskRemote, RemoteResult } from '../../../model/remote-registry.ts';
import { fieldsOf, resultOf, textOf, unreadable } from './trouble.ts';

const pageSize = 500;
/** More extensions than a client has. */
const mostExtensions = 20_000;

export interface RingmeIds {
  idOf(name: string): Promise<RemoteResult<string>>;
}

export function ringmeIds(ask: AskRemote): RingmeIds {
  let known: RemoteResult<ReadonlyMap<string, string>> | null = null;
  return {
    idOf: async (name) => {
      known ??= await readAll(ask);
      if ('trouble' in known) return known;
      const id = known.value.get(name);
      if (id !== undefined) return { value: id };
      return { trouble: { kind: 'gone', message: 'no extension of that name is in its list' } };
    },
  };
}

async function readAll(ask: AskRemote): Promise<RemoteResult<ReadonlyMap<string, string>>> {
  const all = new Map<string, string>();
  for (let page = 1; all.size < mostExtensions; page++) {
    const path = `/api/ver1.0/client/@me/extension/?page=${page}&per_page=${pageSize}`;
    const read = resultOf(await ask({ method: 'GET', path }), readPage);
    if ('trouble' in read) return read;
    const before = all.size;
    for (const [name, id] of read.value.slice(0, mostExtensions)) all.set(name, id);
    // Whether a page is the last can't be told by its size: the vendor may give fewer at once than asked for.
    if (all.size === before) break;
  }
  return { value: all };
}

function readPage(body: unknown): RemoteResult<readonly (readonly [string, string])[]> {
  if (!Array.isArray(body)) return unreadable('no list of extensions');
  return {
    value: body.flatMap((one) => {
      const fields = fieldsOf(one);
      const id = textOf(fields['id']);
      const name = textOf(fields['name'])?.replace(/@.*$/s, '');
      return id === null || !/^[1-9]\d{0,18}$/.test(id) || !name ? [] : [[name, id] as const];
    }),
  };
}
