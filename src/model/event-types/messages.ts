import { Type } from 'typebox';
import {
  longestMessage,
  mostItems,
  nullable,
  nullableCount,
  nullableEnum,
  nullableText,
  nullableTime,
  nullableUrl,
  textList,
} from '../fields.ts';
import { defineType } from './definition.ts';
import { alice, at, supportLine } from './examples.ts';

export const messageChannels = ['sms', 'mms', 'chat', 'whatsapp', 'fax', 'other'] as const;
export const messageStatuses = ['queued', 'sent', 'delivered', 'read', 'failed', 'expired'] as const;

const messageId = nullableText('Id of the message.');
const messageSessionId = nullableText('Conversation it belongs to.');
const channel = nullableEnum(messageChannels, 'How it travels.');
const parties = {
  from: nullableText('Sender’s number or address.'),
  fromName: nullableText('Sender’s name.'),
  to: nullableText('Receiver’s number or address; the first one of several.'),
  recipients: textList('All receivers, where there are several.'),
};
const content = {
  text: nullable(Type.String({ maxLength: longestMessage }), 'What it says.'),
  media: Type.Array(
    Type.Object({
      url: nullableUrl('Where the file can be fetched.'),
      contentType: nullableText('Media type, such as `image/jpeg`.'),
      sizeBytes: nullableCount('Size in bytes.'),
    }),
    { maxItems: mostItems, default: [], description: 'Files that came with it.' },
  ),
};
const status = nullableEnum(messageStatuses, 'How far it got.');
const session = { messageId: 'm-2201', messageSessionId: 'ms-118', channel: 'sms' } as const;
const incoming = { from: alice.number, fromName: alice.name, to: supportLine.number, recipients: [] };
const outgoing = { from: supportLine.number, fromName: 'Acme', to: alice.number, recipients: [] };

export const messageTypes = {
  'message.received': defineType('message.received', {
    subject: 'none',
    reporter: 'source',
    description: 'A text message came in for an extension or one of the domain’s numbers.',
    data: Type.Object({ messageId, messageSessionId, channel, ...parties, ...content }),
    example: {
      seconds: 300,
      seq: 1110,
      extension: '101',
      data: { ...session, ...incoming, text: 'Is my order ready?', media: [] },
    },
  }),
  'message.sent': defineType('message.sent', {
    subject: 'none',
    reporter: 'source',
    description:
      'A text message was sent from an extension or one of the domain’s numbers. That it arrived is said later, by `message.status_changed`, where the carrier tells.',
    data: Type.Object({ messageId, messageSessionId, channel, ...parties, ...content, status }),
    example: {
      seconds: 330,
      seq: 1112,
      extension: '101',
      data: { ...session, messageId: 'm-2202', ...outgoing, text: 'It is. See you today.', media: [], status: 'sent' },
    },
  }),
  'message.status_changed': defineType('message.status_changed', {
    subject: 'none',
    reporter: 'source',
    description: 'A message that was sent got further, or failed.',
    data: Type.Object({
      messageId,
      messageSessionId,
      channel,
      from: nullableText('Sender’s number or address.'),
      to: nullableText('Receiver’s number or address.'),
      status,
      previousStatus: nullableEnum(messageStatuses, 'How far it had got before.'),
      error: nullableText('Why it failed, as the carrier says.'),
    }),
    example: {
      seconds: 333,
      seq: 1113,
      extension: '101',
      data: {
        ...session,
        messageId: 'm-2202',
        from: supportLine.number,
        to: alice.number,
        status: 'delivered',
        previousStatus: 'sent',
        error: null,
      },
    },
  }),
  'messagesession.updated': defineType('messagesession.updated', {
    subject: 'none',
    reporter: 'source',
    description: 'A conversation changed: a message was added, or somebody read or left it.',
    data: Type.Object({
      messageSessionId,
      channel,
      name: nullableText('Title of the conversation.'),
      change: nullableEnum(['message', 'read', 'joined', 'left', 'renamed', 'removed'], 'What changed.'),
      participants: textList('Numbers, addresses or extensions in it.'),
      lastMessageId: nullableText('Id of the newest message.'),
      lastMessageAt: nullableTime('When the newest message came.'),
      lastText: nullable(Type.String({ maxLength: longestMessage }), 'What the newest message says.'),
      unread: nullableCount('Messages not read yet.'),
    }),
    example: {
      seconds: 340,
      seq: 1114,
      extension: '101',
      data: {
        messageSessionId: 'ms-118',
        channel: 'sms',
        name: null,
        change: 'read',
        participants: ['+12157010680', '101'],
        lastMessageId: 'm-2202',
        lastMessageAt: at(330),
        lastText: 'It is. See you today.',
        unread: 0,
      },
    },
  }),
};
