/** Complete objects from the few facts a test is about. */
import { defaultRetry } from '../../src/delivery/retry-policy.ts';
import type { SubscriptionDraft } from '../../src/delivery/management.ts';
import { newId } from '../../src/kit/ids.ts';
import type { Call } from '../../src/model/call.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { eventTypes } from '../../src/model/event-types/index.ts';
import type { EndpointTarget, Selection } from '../../src/subscriptions/subscription.ts';

const when = '2026-01-01T00:00:00.000Z';

export function callOf(id: string, call: Partial<Call> = {}): Call {
  return {
    id,
    direction: 'inbound',
    state: 'ringing',
    outcome: null,
    from: { number: '+12025550100', raw: '2025550100', name: 'Alice', kind: 'external' },
    to: { number: '+12025550199', raw: '2025550199', name: null, kind: 'external' },
    did: '+12025550199',
    trunk: 'carrier',
    queue: null,
    answeredBy: null,
    hungUpBy: null,
    startedAt: when,
    answeredAt: null,
    endedAt: null,
    talkMs: 0,
    origin: { source: 'did', requestId: null, billingCode: null, buttonId: null },
    transfers: [],
    recordings: [],
    relatedCallIds: [],
    ...call,
  };
}

export function eventOf(event: Partial<NewEvent> = {}): NewEvent {
  return {
    id: newId(Date.parse(when)),
    type: 'call.started',
    time: when,
    reseller: 'default',
    domain: 'acme',
    user: null,
    extension: '101',
    connector: 'test',
    extensions: ['101'],
    call: callOf('call-1'),
    leg: null,
    data: {},
    ...event,
  };
}

export interface DraftFacts extends Partial<Omit<SubscriptionDraft, 'selection' | 'target'>> {
  readonly selection?: Partial<Selection>;
  readonly target?: Partial<EndpointTarget>;
}

export function draftOf(url: string, facts: DraftFacts = {}): SubscriptionDraft & { readonly target: EndpointTarget } {
  const { selection, target, ...rest } = facts;
  return {
    name: 'test',
    notes: '',
    dialect: 'plain',
    options: {},
    retry: defaultRetry,
    order: 'call',
    expireAfterMs: {},
    redundancy: { geo: true, preferredServer: null },
    ...rest,
    selection: {
      enabled: true,
      scope: { reseller: '*', domain: 'acme', user: '*', extension: '*' },
      events: eventTypes,
      filter: null,
      ...selection,
    },
    target: {
      name: null,
      url,
      method: 'POST',
      auth: { kind: 'none' },
      headers: {},
      timeoutMs: 10_000,
      maxInFlight: 8,
      ratePerSecond: null,
      signing: null,
      ...target,
    },
  };
}
