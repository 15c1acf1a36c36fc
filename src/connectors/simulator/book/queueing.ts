import type { Leg } from '../../../model/call.ts';
import type { EventData } from '../../../model/event-types/index.ts';
import { queue as support, type Colleague } from '../company.ts';
import type { Draft } from '../draft.ts';
import type { Handlers } from './handlers.ts';

/** Waiting for an agent. */
export const queueing: Handlers<'queue.join' | 'queue.offer' | 'queue.miss' | 'queue.serve' | 'queue.leave'> = {
  'queue.join'(draft, { queue, position, waiting }) {
    draft.change({ queue: queue.id });
    const leg = draft.put(queueKey, queueLeg(draft));
    draft.queued(true);
    const data: EventData<'queue.joined'> = { queue: queue.id, queueName: queue.name, position, waiting };
    draft.tell('queue.joined', { leg, data });
  },

  'queue.offer'(draft, { key, agent }) {
    const leg = draft.legs.get(key);
    const data: EventData<'queue.agent_ringing'> = { ...named(agent), waitMs: draft.waitedMs };
    draft.tell('queue.agent_ringing', { leg, data });
  },

  'queue.miss'(draft, { key, agent }) {
    const leg = draft.legs.get(key);
    const data: EventData<'queue.agent_missed'> = { ...named(agent), ringMs: rang(draft, leg) };
    draft.tell('queue.agent_missed', { leg, data });
  },

  'queue.serve'(draft, { key, agent }) {
    const leg = draft.legs.get(key);
    const data: EventData<'queue.answered'> = { ...named(agent), waitMs: draft.waitedMs, ringMs: rang(draft, leg) };
    draft.tell('queue.answered', { leg, data });
  },

  'queue.leave'(draft, { reason }) {
    const data: EventData<'queue.left'> = {
      queue: support.id,
      queueName: support.name,
      reason,
      position: 1,
      waitMs: draft.waitedMs,
    };
    draft.tell('queue.left', { leg: draft.legs.get(queueKey), data });
    draft.queued(false);
    const leg = draft.legs.get(queueKey);
    if (leg?.endedAt === null) leaveQueue(draft, leg, outcomes[reason]);
  },
};

/** The queue is a leg of its own. */
const queueKey = 'queue';

const queueLeg = (draft: Draft): Leg => ({
  id: `${draft.call.id}:${queueKey}`,
  extension: support.extension,
  role: 'queue',
  state: 'ringing',
  outcome: null,
  number: support.extension,
  name: support.name,
  startedAt: draft.time,
  ringingAt: null,
  answeredAt: null,
  endedAt: null,
  cause: null,
});

const outcomes = { answered: 'answered', abandoned: 'abandoned', timeout: 'no_answer' } as const;

function leaveQueue(draft: Draft, leg: Leg, outcome: (typeof outcomes)[keyof typeof outcomes]): void {
  const answeredAt = outcome === 'answered' ? draft.time : null;
  const ended = draft.put(queueKey, { ...leg, state: 'ended', outcome, answeredAt, endedAt: draft.time });
  draft.tell('leg.ended', { leg: ended });
}

/** Of a queue that the ended call passed: whether anybody answered it in the end. */
export function closeQueue(draft: Draft): void {
  const leg = draft.legs.get(queueKey);
  const legs = [...draft.legs.values()];
  const bridged = legs.some((one) => one.role === 'callee' && one.extension !== null && one.answeredAt !== null);
  if (leg) draft.tell('leg.closed', { leg, data: { bridged } });
}

const named = (agent: Colleague) => ({
  queue: support.id,
  queueName: support.name,
  agent: agent.user,
  agentExtension: agent.extension,
  agentName: agent.name,
});

const rang = (draft: Draft, leg: Leg | undefined): number => (leg?.ringingAt ? draft.since(leg.ringingAt) : 0);
