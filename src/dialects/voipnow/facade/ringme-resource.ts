/** What events of Ringme and Telphin hang on: an extension, a queue's agent, or the whole PBX of a client. */
import { extendedNumber } from '../../../model/tenants.ts';
import type { FacadeContext, FacadeRequest, Refused, SubscriptionPlace } from '../../facade.ts';
import { agentEvents, extensionEvents, type RingmeEventType, wholePbxEvents } from './ringme-event.ts';
import { notFound } from './ringme-errors.ts';

export interface Resource {
  readonly types: readonly RingmeEventType[];
  /** For the subscription's name. */
  readonly what: string;
  readonly place: SubscriptionPlace;
}

export type FindResource = (
  request: FacadeRequest,
  context: FacadeContext,
) => { readonly resource: Resource } | Refused;

/** The vendor's ids are whole numbers; null: this is none. */
export const idIn = (text = ''): number | null => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);

function ofExtension(types: readonly RingmeEventType[], what: string): FindResource {
  return ({ params }, { directory }) => {
    const id = idIn(params['extension']);
    const extension = id === null ? null : directory.byId(id);
    if (extension === null) return notFound(what);
    const { reseller, domain, number } = extension;
    return { resource: { types, what: extendedNumber(extension), place: { reseller, domain, extension: number } } };
  };
}

export const findExtension = ofExtension(extensionEvents, 'extension');
/** An agent is known by the extension they take calls on. */
export const findAgent = ofExtension(agentEvents, 'agent');

export const findClient: FindResource = (request, context) => {
  const domain = clientOf(request, context);
  if ('refusal' in domain) return domain;
  const { name, reseller } = domain;
  return { resource: { types: wholePbxEvents, what: name, place: { reseller, domain: name, extension: '*' } } };
};

/** `@me`, or the id of a domain's record. */
export function clientOf(
  { params }: FacadeRequest,
  { directory }: FacadeContext,
): { readonly name: string; readonly reseller: string } | Refused {
  const { client } = params;
  const id = client === '@me' ? null : idIn(client);
  if (client !== '@me' && id === null) return notFound('client');
  const domain = directory.domain(id);
  if (domain) return domain;
  if (id !== null) return notFound('client');
  const message = 'The token covers more than one client. Name one by its id, or use a token of its domain.';
  return { refusal: { status: 400, code: 'invalid_field', field: 'client_id', message } };
}
