/** The list of extensions, by which a client of Ringme or Telphin learns the ids that its events hang on. */
import { type ExtensionType, extendedNumber } from '../../../model/tenants.ts';
import type {
  FacadeAnswer,
  FacadeContext,
  FacadeRequest,
  FacadeRoute,
  RecordedExtension,
  Refused,
} from '../../facade.ts';
import { invalidField, notFound, ringmeRefusal } from './ringme-errors.ts';
import { clientOf, idIn } from './ringme-resource.ts';
import { ExtensionQuerySchema } from './ringme-schemas.ts';
import { single, textOf } from './single.ts';

const path = '/client/:client/extension';
const usualPage = 100;
const largestPage = 500;
const lookedAtOnce = 1_000;

/** The vendor knows no conferences and no other lines as types of their own: both ring like a phone. */
const types: Readonly<Record<ExtensionType, string>> = {
  phone: 'phone',
  queue: 'queue',
  ivr: 'ivr',
  conference: 'phone',
  term: 'phone',
};

const view = (extension: RecordedExtension) => ({
  id: extension.id,
  status: 'active',
  name: extendedNumber(extension),
  type: types[extension.type],
  label: extension.displayName,
});

function number({ query }: FacadeRequest, name: string, usual: number): { readonly value: number } | Refused {
  const found = single(query, name);
  if (found === 'absent') return { value: usual };
  const value = found === 'twice' ? null : idIn(textOf(found.value) ?? '');
  return value === null ? invalidField(name, 'it must be one whole number from 1 on.') : { value };
}

function* extensionsOf({ directory }: FacadeContext, domain: string): Generator<RecordedExtension> {
  for (let after = 0; ; ) {
    const page = directory.extensions(after, lookedAtOnce);
    for (const extension of page) if (extension.domain === domain) yield extension;
    if (page.length < lookedAtOnce) return;
    after = page.at(-1)?.id ?? after;
  }
}

function list(request: FacadeRequest, context: FacadeContext): FacadeAnswer | Refused {
  const client = clientOf(request, context);
  if ('refusal' in client) return client;
  const page = number(request, 'page', 1);
  if ('refusal' in page) return page;
  const perPage = number(request, 'per_page', usualPage);
  if ('refusal' in perPage) return perPage;
  const size = Math.min(perPage.value, largestPage);
  const wanted = (request.query.get('type') ?? []).map(String);
  const all = [...extensionsOf(context, client.name)]
    .map(view)
    .filter(({ type }) => wanted.length === 0 || wanted.includes(type));
  return { status: 200, body: all.slice((page.value - 1) * size, page.value * size) };
}

function read(request: FacadeRequest, context: FacadeContext): FacadeAnswer | Refused {
  const client = clientOf(request, context);
  if ('refusal' in client) return client;
  const id = idIn(request.params['extension']);
  const found = id === null ? null : context.directory.byId(id);
  return found?.domain === client.name ? { status: 200, body: view(found) } : notFound('extension');
}

type Said = Pick<FacadeRoute, 'summary' | 'query'>;
const fields = '`id`, `status`, `name` with its prefix, `type` and `label`';

const route = (at: string, answer: typeof list, said: Said): FacadeRoute => ({
  ...said,
  method: 'GET',
  path: at,
  answer: { status: 200, description: `${at === path ? 'A list, each with' : ''} ${fields}.`.trim() },
  least: 'user',
  handle: async (request, context) => {
    const result = answer(request, context);
    return 'refusal' in result ? ringmeRefusal(result.refusal) : result;
  },
});

export const extensionRoutes: readonly FacadeRoute[] = [
  route(path, list, { summary: 'The extensions of a client, with their ids', query: ExtensionQuerySchema }),
  route(`${path}/:extension`, read, { summary: 'One extension of a client' }),
];
