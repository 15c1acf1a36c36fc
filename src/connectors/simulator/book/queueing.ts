import type { Leg } from '../../../model/call.ts';
import type { EventData } from '../../../model/event-types/index.ts';
import { queue as support, type Colleague } from '../company.ts';
import type { Draft } from '../draft.ts';
import type { Handlers } from './handlers.ts';

/** Waiting for an agent. */
export const queueing: Handlers<'queue.join' | 'queue.offer' | 'queue.miss' | 'queue.serve' | 'queue.leave'> = {
  'queue.join'(draft, { queue, position, waiting }) {
    draft.involve(queue.extension);
    draft.change({ queue: queue.id });
    draft.queued(true);
    const data: EventData<'queue.joined'> = { queue: queue.id, queueName: queue.name, position, waiting };
    draft.tell('queue.joined', { extension: queue.extension, data });
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
    draft.tell('queue.left', { extension: support.extension, data });
    draft.queued(false);
  },
};

const named = (agent: Colleague) => ({
  queue: support.id,
  queueName: support.name,
  agent: agent.user,
  agentExtension: agent.extension,
  agentName: agent.name,
});

const rang = (draft: Draft, leg: Leg | undefined): number => (leg?.ringingAt ? draft.since(leg.ringingAt) : 0);
