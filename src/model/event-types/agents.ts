import { Type } from 'typebox';
import { estimatedFlag, nullableEnum, nullableText, textList } from '../fields.ts';
import { defineType } from './definition.ts';

export const agentStates = ['logged_out', 'available', 'paused', 'ringing', 'busy', 'wrap_up', 'unavailable'] as const;

export const agentTypes = {
  'agent.state_changed': defineType('agent.state_changed', {
    subject: 'none',
    reporter: 'source',
    description:
      'An agent logged in or out, paused, or came back; or got another queue, or lost one. An agent of several queues is available while at least one of them may call, and paused when none may; `data.queues` lists those of the agent. `previousState` is null where it was not known.',
    data: Type.Object({
      agent: nullableText('Agent, as the queue names them.'),
      agentName: nullableText('Display name of the agent.'),
      extension: nullableText('Extension the agent takes calls on.'),
      number: nullableText('Outside number a remote agent takes calls on.'),
      kind: nullableEnum(['local', 'remote'], 'local: on an extension. remote: on an outside number.'),
      state: nullableEnum(agentStates, 'What the agent is now.'),
      previousState: nullableEnum(agentStates, 'What the agent was before.'),
      queues: textList('Queues the agent belongs to.'),
      reason: nullableText('Why, as given by the agent or the system, such as `lunch`.'),
      by: nullableText('What changed it: the phone, software, or a supervisor.'),
      estimated: estimatedFlag,
    }),
    example: {
      seconds: 90,
      seq: 1070,
      extension: '101',
      data: {
        agent: 'bob',
        agentName: 'Bob Brown',
        extension: '101',
        number: null,
        kind: 'local',
        state: 'paused',
        previousState: 'available',
        queues: ['support', 'sales'],
        reason: 'lunch',
        by: 'phone',
      },
    },
  }),
};
