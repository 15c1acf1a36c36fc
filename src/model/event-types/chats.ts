import { Type } from 'typebox';
import { longestMessage, nullable, nullableCount, nullableEnum, nullableText } from '../fields.ts';
import { defineType } from './definition.ts';

export const chatOutcomes = ['answered', 'abandoned', 'no_agent', 'timeout', 'failed'] as const;

const about = {
  chatId: nullableText('The same in all events of one chat.'),
  channel: nullableEnum(['web', 'whatsapp', 'video', 'email', 'other'], 'Where the customer writes.'),
  queue: nullableText('Queue or service the chat is for.'),
  customerId: nullableText('Id of the customer, where known.'),
  customerName: nullableText('Name the customer gave.'),
  customerAddress: nullableText('Number or e-mail address of the customer.'),
};
const agent = {
  agent: nullableText('Agent, as the queue names them.'),
  agentExtension: nullableText('Extension of the agent.'),
  agentName: nullableText('Display name of the agent.'),
};
const waitMs = nullableCount('Milliseconds the customer has waited.');
const ringMs = nullableCount('Milliseconds it was offered to the agent.');

const chat = {
  chatId: 'chat-503',
  channel: 'web',
  queue: 'support',
  customerId: null,
  customerName: 'Alice Ames',
  customerAddress: 'alice@example.com',
} as const;
const bob = { agent: 'bob', agentExtension: '101', agentName: 'Bob Brown' };

export const chatTypes = {
  'chat.started': defineType('chat.started', {
    subject: 'none',
    reporter: 'source',
    description: 'A customer opened a chat with a service of the contact centre.',
    data: Type.Object({
      ...about,
      text: nullable(Type.String({ maxLength: longestMessage }), 'What the customer wrote first.'),
    }),
    example: { seconds: 400, seq: 1120, data: { ...chat, text: 'Hello, I have a question.' } },
  }),
  'chat.queued': defineType('chat.queued', {
    subject: 'none',
    reporter: 'source',
    description: 'The chat waits for a free agent.',
    data: Type.Object({ ...about, position: nullableCount('Place in the queue, 1 being next.') }),
    example: { seconds: 401, seq: 1121, data: { ...chat, position: 1 } },
  }),
  'chat.agent_ringing': defineType('chat.agent_ringing', {
    subject: 'none',
    reporter: 'source',
    description: 'The chat is offered to an agent.',
    data: Type.Object({ ...about, ...agent, waitMs }),
    example: {
      seconds: 404,
      seq: 1122,
      extension: '101',
      data: { ...chat, ...bob, waitMs: 4_000 },
    },
  }),
  'chat.agent_missed': defineType('chat.agent_missed', {
    subject: 'none',
    reporter: 'source',
    description: 'The agent did not take the offered chat; it goes on to the next one, or keeps waiting.',
    data: Type.Object({ ...about, ...agent, ringMs }),
    example: {
      seconds: 424,
      seq: 1123,
      extension: '101',
      data: { ...chat, ...bob, ringMs: 20_000 },
    },
  }),
  'chat.answered': defineType('chat.answered', {
    subject: 'none',
    reporter: 'source',
    description: 'An agent took the chat and can now write with the customer.',
    data: Type.Object({ ...about, ...agent, waitMs, ringMs }),
    example: {
      seconds: 430,
      seq: 1125,
      extension: '101',
      data: { ...chat, ...bob, waitMs: 30_000, ringMs: 3_000 },
    },
  }),
  'chat.ended': defineType('chat.ended', {
    subject: 'none',
    reporter: 'source',
    description: 'The chat is over; `outcome` tells whether anybody had taken it.',
    data: Type.Object({
      ...about,
      ...agent,
      outcome: nullableEnum(chatOutcomes, 'How the chat went.'),
      endedBy: nullableEnum(['customer', 'agent', 'system'], 'Who ended it.'),
      waitMs,
      durationMs: nullableCount('Milliseconds from its start to its end.'),
    }),
    example: {
      seconds: 700,
      seq: 1130,
      extension: '101',
      data: { ...chat, ...bob, outcome: 'answered', endedBy: 'customer', waitMs: 30_000, durationMs: 300_000 },
    },
  }),
};
