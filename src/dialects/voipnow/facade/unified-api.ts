/** VoipNow UnifiedAPI, PhoneCallEvents service: what CallAPI Control calls Add, Edit, Remove and ListAll of an Event. */
import { extendedNumber } from '../../../model/tenants.ts';
import type {
  Facade,
  FacadeAnswer,
  FacadeContext,
  FacadeRequest,
  FacadeRoute,
  FacadeSubscription,
  RecordedExtension,
  Refused,
  SubscriptionPlace,
} from '../../facade.ts';
import { madeOf } from '../catalog.ts';
import { eventOfType, typeOfEvent, typeWords } from './event-types.ts';
import { pageOf, readListing } from './listing.ts';
import { phoneCallEvent } from './phone-call-event.ts';
import { invalid, unifiedRefusal } from './unified-errors.ts';
import { findExtension } from './unified-extension.ts';
import { readChange, readNewEvent } from './unified-input.ts';
import { pageLinks } from './unified-pages.ts';
import { EventChangeSchema, ListingSchema, NewEventSchema, UnifiedRefusalSchema } from './unified-schemas.ts';

const base = '/uapi';
const dialect = 'voipnow';
const collection = '/extensions/:user/:extension/phoneCallEvents';
const ofType = `${collection}/:type`;
const one = `${ofType}/:id`;

type Result = FacadeAnswer | Refused;
/** One whose path names an extension there is. */
type About = (request: FacadeRequest, context: FacadeContext, extension: RecordedExtension) => Promise<Result>;

const ok = (body: object): FacadeAnswer => ({ status: 200, body });
const placeOf = ({ reseller, domain, number }: RecordedExtension): SubscriptionPlace => ({
  reseller,
  domain,
  extension: number,
});
const noSuchType = (): Refused => invalid('pce_type_invalid', 'type', `type: there is no such type. Use ${typeWords}.`);
const noSuchEvent = invalid('pce_id_invalid', 'id', 'id: the extension has no event of this type and id. List them.');

const create: About = async ({ params, body }, { subscriptions }, extension) => {
  const read = readNewEvent(params['type'] ?? null, body);
  if ('refusal' in read) return read;
  const { event, method, url, enabled, notes } = read.value;
  const made = await subscriptions.create({
    name: `VoipNow ${event} of ${extendedNumber(extension)}`,
    notes,
    enabled,
    place: placeOf(extension),
    events: madeOf[event],
    dialect,
    options: { preset: 'unified', event },
    url,
    method,
  });
  return 'refusal' in made ? made : ok({ id: made.subscription.id });
};

/** Those of a type, or of all. */
function eventsOf({ params }: FacadeRequest, context: FacadeContext, extension: RecordedExtension) {
  const { type, id } = params;
  const all = context.subscriptions.list(dialect, placeOf(extension));
  const isMeant = (found: FacadeSubscription): boolean => {
    const of = typeOfEvent(found.options['event']);
    return of !== null && (type === undefined || of === type) && (id === undefined || found.id === id);
  };
  return all.filter(isMeant);
}

const hasBadType = ({ params: { type } }: FacadeRequest): boolean => type !== undefined && eventOfType(type) === null;

const list: About = async (request, context, extension) => {
  if (hasBadType(request)) return noSuchType();
  const listing = readListing(request.query);
  if ('refusal' in listing) return listing;
  const found = eventsOf(request, context, extension);
  if (request.params['id'] !== undefined && found.length === 0) return noSuchEvent;
  const of = `${request.root}${base}${extensionPath(request.params)}`;
  const events = found.flatMap((subscription) => phoneCallEvent(subscription, of) ?? []);
  const page = pageOf(events, listing.value);
  return ok({ entry: page.entry, ...pageLinks(request, listing.value, page.total) });
};

function extensionPath({ user = '', extension = '' }: FacadeRequest['params']): string {
  const plain = (text: string): string => encodeURIComponent(text).replaceAll('%40', '@');
  return `/extensions/${plain(user)}/${plain(extension)}/phoneCallEvents`;
}

const update: About = async (request, context, extension) => {
  if (hasBadType(request)) return noSuchType();
  const [found] = request.params['id'] === undefined ? [] : eventsOf(request, context, extension);
  if (found === undefined) return noSuchEvent;
  const change = readChange(request.body);
  if ('refusal' in change) return change;
  const changed = await context.subscriptions.update(found.id, change.value);
  if (changed === null) return noSuchEvent;
  return 'refusal' in changed ? changed : ok({ id: found.id });
};

const removeOne: About = async (request, context, extension) => {
  if (hasBadType(request)) return noSuchType();
  const [found] = eventsOf(request, context, extension);
  if (found === undefined || !(await context.subscriptions.remove(found.id))) return noSuchEvent;
  return ok({ id: found.id });
};

/** Several integrations share an extension: only what this one made goes. */
const removeAll: About = async (request, context, extension) => {
  if (hasBadType(request)) return noSuchType();
  const gone: { readonly id: string }[] = [];
  for (const { id, isOwn } of eventsOf(request, context, extension)) {
    if (isOwn && (await context.subscriptions.remove(id))) gone.push({ id });
  }
  return ok({ entry: gone });
};

/** Some of the vendor's pages leave the type out before an id, which is no number of one digit. */
function withId(request: FacadeRequest): FacadeRequest {
  const { type, ...others } = request.params;
  if (type === undefined || others['id'] !== undefined || !/^[0-9a-f]{32}$/.test(type)) return request;
  return { ...request, params: { ...others, id: type } };
}

const remove: About = (request, context, extension) =>
  (request.params['id'] === undefined ? removeAll : removeOne)(request, context, extension);

interface Said extends Pick<FacadeRoute, 'summary' | 'query' | 'body'> {
  readonly answer: string;
}

function route(method: FacadeRoute['method'], path: string, about: About, { answer, ...said }: Said): FacadeRoute {
  return {
    ...said,
    method,
    path,
    answer: { status: 200, description: answer },
    least: 'user',
    handle: async (asked, context) => {
      const request = withId(asked);
      const { user = '', extension = '' } = request.params;
      const found = findExtension(user, extension, context);
      const result = 'refusal' in found ? found : await about(request, context, found.extension);
      return 'refusal' in result ? unifiedRefusal(result.refusal) : result;
    },
  };
}

const making = { body: NewEventSchema, answer: '`id`: that of the subscription it is.' };
const changing = { body: EventChangeSchema, answer: 'Its id.' };
const listing = { query: ListingSchema, answer: 'A collection: `entry`, and in `links` the pages before and after.' };
const idsOfAll = '`entry`: the ids of those that are gone.';

export const unifiedApi: Facade = {
  title: 'VoipNow UnifiedAPI',
  base,
  refuse: unifiedRefusal,
  refusalSchema: UnifiedRefusalSchema,
  routes: [
    route('POST', collection, create, { ...making, summary: 'Make an event of an extension' }),
    route('POST', ofType, create, { ...making, summary: 'Make an event of a type' }),
    route('GET', collection, list, { ...listing, summary: 'The events of an extension' }),
    route('GET', ofType, list, { ...listing, summary: 'The events of an extension of a type' }),
    route('GET', one, list, { ...listing, summary: 'One event' }),
    route('PUT', one, update, { ...changing, summary: 'Change an event' }),
    route('PUT', ofType, update, { ...changing, summary: 'Change an event, by its id alone' }),
    route('DELETE', one, remove, { answer: 'Its id.', summary: 'Delete an event' }),
    route('DELETE', ofType, remove, {
      answer: idsOfAll,
      summary: 'Delete the events of a type that this token made; or one, by its id alone',
    }),
    route('DELETE', collection, remove, { answer: idsOfAll, summary: 'Delete the events that this token made' }),
  ],
};
