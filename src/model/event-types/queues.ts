import { Type } from 'typebox';
import { nullableCount, nullableEnum, nullableText } from '../fields.ts';
import { defineType } from './definition.ts';
import { answeredCall, answeredLeg, endedLeg, exampleCall, ringingLeg } from './examples.ts';

export const queueLeaveReasons = [
  'answered',
  'abandoned',
  'timeout',
  'key',
  'empty',
  'full',
  'withdrawn',
  'transferred',
] as const;

const queue = nullableText('Name or number of the queue.');
const queueName = nullableText('Display name of the queue.');
const position = nullableCount('Place in the queue, 1 being next.');
const waitMs = nullableCount('Milliseconds the caller has waited in this queue.');
const agent = {
  agent: nullableText('Agent, as the queue names them.'),
  agentExtension: nullableText('Extension the agent takes calls on.'),
  agentName: nullableText('Display name of the agent.'),
};
const estimated = Type.Optional(
  Type.Boolean({
    description:
      'True where the moment was not seen but found, after a lost connection. Times that end with it are the longest they can have been.',
  }),
);
const ringMs = nullableCount('Milliseconds the agent’s phone rang.');

const queued = exampleCall({ state: 'queued', queue: 'support' });
const names = { queue: 'support', queueName: 'Support' };
const bob = { agent: 'bob', agentExtension: '101', agentName: 'Bob Brown' };

export const queueTypes = {
  'queue.joined': defineType('queue.joined', {
    subject: 'call',
    reporter: 'source',
    description:
      'A caller waits in a queue. The call is `queued` and not answered, whatever is played to the caller. The queue is a leg of the call, which ends when the caller leaves it.',
    data: Type.Object({
      queue,
      queueName,
      position,
      waiting: nullableCount('Callers waiting in the queue, this one included.'),
    }),
    example: {
      seconds: 0.6,
      seq: 1043,
      call: queued,
      data: { ...names, position: 1, waiting: 1 },
    },
  }),
  'queue.agent_ringing': defineType('queue.agent_ringing', {
    subject: 'call',
    reporter: 'source',
    description: 'The queue offers the waiting call to an agent, whose phone begins to ring.',
    data: Type.Object({ queue, queueName, ...agent, waitMs }),
    example: {
      seconds: 1.2,
      seq: 1046,
      call: queued,
      leg: ringingLeg,
      data: { ...names, ...bob, waitMs: 600 },
    },
  }),
  'queue.agent_missed': defineType('queue.agent_missed', {
    subject: 'call',
    reporter: 'source',
    description:
      'An agent let the offered call ring out, or refused it. The call stays in the queue; nothing is said where another agent was quicker.',
    data: Type.Object({ queue, queueName, ...agent, ringMs }),
    example: {
      seconds: 16.2,
      seq: 1049,
      call: queued,
      leg: { ...endedLeg, outcome: 'no_answer', answeredAt: null, endedAt: endedLeg.startedAt, cause: 19 },
      data: { ...names, ...bob, ringMs: 15_000 },
    },
  }),
  'queue.answered': defineType('queue.answered', {
    subject: 'call',
    reporter: 'source',
    description: 'An agent took the waiting call; `queue.left` with reason `answered` goes with it.',
    data: Type.Object({ queue, queueName, ...agent, waitMs, ringMs, estimated }),
    example: {
      seconds: 4,
      seq: 1048,
      call: { ...answeredCall, queue: 'support' },
      leg: answeredLeg,
      data: { ...names, ...bob, waitMs: 3_400, ringMs: 2_800 },
    },
  }),
  'queue.left': defineType('queue.left', {
    subject: 'call',
    reporter: 'source',
    description:
      'The caller no longer waits in the queue; `reason` says why. With `abandoned` the caller hung up before anybody took the call.',
    data: Type.Object({
      queue,
      queueName,
      reason: nullableEnum(queueLeaveReasons, 'Why the caller left the queue. Null where it is not known.'),
      position: nullableCount('Place in the queue when leaving.'),
      waitMs,
      estimated,
    }),
    example: {
      seconds: 45,
      seq: 1050,
      call: exampleCall({ state: 'queued', queue: 'support' }),
      data: { ...names, reason: 'abandoned', position: 1, waitMs: 44_400 },
    },
  }),
};
