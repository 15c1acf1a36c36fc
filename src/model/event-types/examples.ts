/** The little story the documented examples are taken from: Alice calls the support line of Acme, and Bob answers. */
import { idFromFacts } from '../../kit/ids.ts';
import type { Call, Leg, Party } from '../call.ts';
import type { Event } from '../event.ts';
import type { EventType } from './names.ts';

export const alice: Party = { number: '+12157010680', raw: '12157010680', name: 'Alice Ames', kind: 'external' };
export const supportLine: Party = { number: '+13125550100', raw: '3125550100', name: null, kind: 'external' };
export const bobsPhone: Party = { number: '101', raw: '101', name: 'Bob Brown', kind: 'internal' };

/** A moment of the story: seconds after Alice's call came in. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 21, 9, 30, 0, 512) + Math.round(seconds * 1000)).toISOString();
}

export const callId = idFromFacts(Date.parse(at(0)), 'pbx1', '1795253400.41');

/** Alice's call as it rings; `changes` brings it to where it stands. */
export function exampleCall(changes: Partial<Call> = {}): Call {
  return {
    id: callId,
    direction: 'inbound',
    state: 'ringing',
    outcome: null,
    from: alice,
    to: supportLine,
    did: '+13125550100',
    trunk: 'carrier-1',
    queue: null,
    answeredBy: null,
    hungUpBy: null,
    startedAt: at(0),
    answeredAt: null,
    endedAt: null,
    talkMs: 0,
    origin: { source: 'did', requestId: null, billingCode: null, buttonId: null, onBehalfOf: null },
    transfers: [],
    recordings: [],
    relatedCallIds: [],
    ...changes,
  };
}

const answered = { state: 'answered', answeredBy: { kind: 'person', extension: '101' }, answeredAt: at(4) } as const;
export const answeredCall = exampleCall(answered);
export const endedCall = exampleCall({
  ...answered,
  state: 'ended',
  outcome: 'answered',
  hungUpBy: 'caller',
  endedAt: at(64),
  talkMs: 60_000,
});

/** Bob's phone as it is told of the call. */
export function exampleLeg(changes: Partial<Leg> = {}): Leg {
  return {
    id: '1795253401.42',
    extension: '101',
    role: 'callee',
    state: 'created',
    outcome: null,
    number: '101',
    name: 'Bob Brown',
    startedAt: at(1),
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    cause: null,
    ...changes,
  };
}

export const ringingLeg = exampleLeg({ state: 'ringing', ringingAt: at(1.2) });
export const answeredLeg = exampleLeg({ state: 'answered', ringingAt: at(1.2), answeredAt: at(4) });
export const endedLeg = exampleLeg({
  state: 'ended',
  outcome: 'answered',
  ringingAt: at(1.2),
  answeredAt: at(4),
  endedAt: at(64),
  cause: 16,
});

/** One moment of the story, as an example states it. */
export interface Scene<Data> {
  /** Seconds after the story began. */
  readonly seconds: number;
  readonly seq: number;
  readonly data: Data;
  readonly call?: Call;
  readonly leg?: Leg;
  readonly user?: string | null;
  readonly extension?: string | null;
  readonly extensions?: readonly string[];
  readonly connector?: string;
}

/** The complete event of a scene. Unless said otherwise it is about Bob's extension where it has a leg. */
export function exampleEvent(type: EventType, scene: Scene<unknown>): Event {
  const time = at(scene.seconds);
  const extension = scene.extension ?? scene.leg?.extension ?? null;
  return {
    id: idFromFacts(Date.parse(time), 'pbx1', type, scene.seq),
    seq: scene.seq,
    type,
    time,
    reseller: 'default',
    domain: 'acme',
    user: scene.user ?? (extension === '101' ? 'bob' : null),
    extension,
    connector: scene.connector ?? 'pbx1',
    extensions: scene.extensions ?? (extension === null ? [] : [extension]),
    acceptedAt: at(scene.seconds + 0.035),
    call: scene.call ?? null,
    leg: scene.leg ?? null,
    data: scene.data as Readonly<Record<string, unknown>>,
  };
}
