/** The event that a preview or a test is made with: one in the log, or an example of a type as the reference has it. */
import { Type, type Static } from 'typebox';
import type { Event } from '../../model/event.ts';
import { eventCatalog } from '../../model/event-types/catalog.ts';
import { type EventType, eventTypes } from '../../model/event-types/index.ts';
import type { Access } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { eventVisible } from '../auth/visible.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer } from '../problems/problem.ts';

export const ChosenEvent = Type.Object(
  {
    eventId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'An event in the log; the newest that has this id.' }),
    ),
    seq: Type.Optional(Type.Integer({ minimum: 1, description: 'An event in the log, by its sequence.' })),
    type: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'An example event of this type. Without all three, of the first type it has asked for.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ChosenEvent = Static<typeof ChosenEvent>;

export interface Chosen {
  readonly event: Event;
  /** It is not in the log. */
  readonly example: boolean;
}

export async function chooseEvent(
  { log, clock, defaults }: Pick<ApiDeps, 'log' | 'clock' | 'defaults'>,
  access: Access,
  subscription: Subscription,
  { eventId, seq, type }: ChosenEvent,
): Promise<Answer<Chosen>> {
  const byId = eventId === undefined ? null : () => log.findById(eventId, access);
  const found = seq !== undefined ? await log.get([seq]) : byId && (await byId());
  if (found) {
    const isMeant = (event: Event): boolean => eventId === undefined || event.id === eventId;
    const event = found.find((one) => one !== null && isMeant(one) && eventVisible(access, one));
    return event
      ? { event, example: false }
      : { problem: { code: 'event_not_found', field: seq === undefined ? 'eventId' : 'seq' } };
  }
  const name = type ?? subscription.selection.events[0];
  if (!isEventType(name)) {
    const detail = `There is no event type ${JSON.stringify(type)}.`;
    return {
      problem: { code: 'invalid_field', field: 'type', detail, remedy: 'The reference lists every event type.' },
    };
  }
  return { event: exampleFor(name, subscription, { now: clock.now(), ...defaults }), example: true };
}

const isEventType = (name: string | undefined): name is EventType => (eventTypes as readonly unknown[]).includes(name);

/** Put into the subscription's scope, as if it had just come; there is no such event in the log. */
function exampleFor(
  type: EventType,
  { selection }: Subscription,
  { now, reseller, domain }: { readonly now: number; readonly reseller: string; readonly domain: string },
): Event {
  const { scope } = selection;
  const { example } = eventCatalog[type];
  const at = new Date(now).toISOString();
  const named = (name: string, other: string): string => (name === '*' ? other : name);
  const extension = scope.extension === '*' ? example.extension : scope.extension;
  return {
    ...example,
    id: `example-${type}`,
    time: at,
    acceptedAt: at,
    reseller: named(scope.reseller, reseller),
    domain: named(scope.domain, domain),
    user: scope.user === '*' ? example.user : scope.user,
    extension,
    extensions: scope.extension === '*' ? example.extensions : [scope.extension],
  };
}
