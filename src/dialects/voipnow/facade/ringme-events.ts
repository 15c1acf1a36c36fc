/** The operations that the events of every resource have. */
import type {
  FacadeAnswer,
  FacadeContext,
  FacadeRequest,
  FacadeRoute,
  FacadeSubscription,
  Refused,
} from '../../facade.ts';
import { madeOf } from '../catalog.ts';
import { notFound, ringmeRefusal } from './ringme-errors.ts';
import { readRingmeEvent, ringmeEvent, type RingmeEventType } from './ringme-event.ts';
import { type FindResource, idIn, type Resource } from './ringme-resource.ts';
import { newRingmeEventSchema } from './ringme-schemas.ts';

const dialect = 'ringme';
const noSuchEvent = notFound('event');

type Operation = (
  request: FacadeRequest,
  context: FacadeContext,
  resource: Resource,
) => Promise<FacadeAnswer | Refused>;

function eventsOf({ subscriptions }: FacadeContext, { types, place }: Resource): readonly FacadeSubscription[] {
  return subscriptions.list(dialect, place).filter((one) => ringmeEvent(one, types) !== null);
}

const list: Operation = async (_request, context, resource) => ({
  status: 200,
  body: eventsOf(context, resource).map((one) => ringmeEvent(one, resource.types)),
});

const create: Operation = async ({ body }, { subscriptions }, { types, what, place }) => {
  const read = readRingmeEvent(body, types);
  if ('refusal' in read) return read;
  const { event, url, method } = read.value;
  const made = await subscriptions.create({
    name: `Ringme ${event} of ${what}`.slice(0, 128),
    notes: '',
    enabled: true,
    place,
    events: madeOf[event],
    dialect,
    options: { event },
    url,
    method,
  });
  return 'refusal' in made ? made : { status: 201, body: ringmeEvent(made.subscription, types) };
};

function eventIn({ params }: FacadeRequest, context: FacadeContext, resource: Resource): FacadeSubscription | null {
  const id = idIn(params['event']);
  return eventsOf(context, resource).find(({ number }) => number === id) ?? null;
}

const read: Operation = async (request, context, resource) => {
  const found = eventIn(request, context, resource);
  return found ? { status: 200, body: ringmeEvent(found, resource.types) } : noSuchEvent;
};

const removeOne: Operation = async (request, context, resource) => {
  const found = eventIn(request, context, resource);
  const isGone = found !== null && (await context.subscriptions.remove(found.id));
  return isGone ? { status: 204, body: null } : noSuchEvent;
};

/** Several integrations share an extension: only what this one made goes. */
const removeAll: Operation = async (_request, context, resource) => {
  for (const { id, isOwn } of eventsOf(context, resource)) if (isOwn) await context.subscriptions.remove(id);
  return { status: 204, body: null };
};

interface Said extends Pick<FacadeRoute, 'body'> {
  readonly summary: string;
  readonly answer: readonly [status: number, description: string];
}

/** @param path of the collection; @param of whom, in the reference */
export function eventRoutes(
  path: string,
  of: string,
  types: readonly RingmeEventType[],
  find: FindResource,
): FacadeRoute[] {
  const route = (method: FacadeRoute['method'], at: string, operation: Operation, said: Said): FacadeRoute => ({
    ...said,
    method,
    path: at,
    summary: `${said.summary} ${of}`,
    answer: { status: said.answer[0], description: said.answer[1] },
    least: 'user',
    handle: async (request, context) => {
      const found = find(request, context);
      const result = 'refusal' in found ? found : await operation(request, context, found.resource);
      return 'refusal' in result ? ringmeRefusal(result.refusal) : result;
    },
  });
  const one = '`id`, `url`, `method` and `event_type`.';
  const item = `${path}/:event`;
  const body = newRingmeEventSchema(types);
  return [
    route('GET', path, list, { summary: 'The events of', answer: [200, 'A list of them.'] }),
    route('POST', path, create, { summary: 'Make an event of', body, answer: [201, one] }),
    route('GET', item, read, { summary: 'One event of', answer: [200, one] }),
    route('DELETE', item, removeOne, { summary: 'Delete an event of', answer: [204, 'It is gone.'] }),
    route('DELETE', path, removeAll, {
      summary: 'Delete the events that this token made of',
      answer: [204, 'They are gone.'],
    }),
  ];
}
