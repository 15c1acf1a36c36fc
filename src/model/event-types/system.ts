import { Type } from 'typebox';
import { count, nullable, nullableCount, nullableEnum, nullableText, nullableTime, text } from '../fields.ts';
import { auditActions } from '../audit.ts';
import { accessKinds } from '../scope.ts';
import { defineType } from './definition.ts';
import { at } from './examples.ts';

const snapshot = (description: string) => nullable(Type.Record(Type.String(), Type.Unknown()), description);
const kind = nullableText('Kind of connector, such as `asterisk`.');
const system = nullableText('Phone system it listens to, without secrets.');

export const systemTypes = {
  'audit.recorded': defineType('audit.recorded', {
    subject: 'none',
    reporter: 'offhook',
    description: 'Somebody changed a setting, or was refused. Secrets are never in it, neither before nor after.',
    data: Type.Object({
      action: Type.Enum([...auditActions], { description: 'What was done.' }),
      object: text('Kind of thing it was done to, such as `subscription`.'),
      objectId: nullableText('Which one.'),
      actor: nullableText('Who did it: name of the token or user.'),
      actorId: nullableText('Public id of the token; `administrator`, or `offhook` for what Offhook does by itself.'),
      actorKind: nullableEnum([...accessKinds], 'Kind of token.'),
      via: nullableEnum(
        ['api', 'console', 'offhook'],
        'How: by API, in a session of the console, or by Offhook itself.',
      ),
      address: nullableText('Network address it came from.'),
      requestId: nullableText('Request it was done by.'),
      before: snapshot('The thing before, without secrets.'),
      after: snapshot('The thing after, without secrets.'),
    }),
    example: {
      seconds: 1000,
      seq: 1160,
      connector: 'offhook',
      data: {
        action: 'updated',
        object: 'subscription',
        objectId: '12',
        actor: 'Ada’s laptop',
        actorId: '3f9c2a417be05d68',
        actorKind: 'domain',
        via: 'api',
        address: '192.0.2.10',
        requestId: 'req-77',
        before: { enabled: true },
        after: { enabled: false },
      },
    },
  }),
  'connector.up': defineType('connector.up', {
    subject: 'none',
    reporter: 'offhook',
    description:
      'A phone system is being listened to: connected, logged in, and brought up to date with the calls in progress there.',
    data: Type.Object({
      kind,
      system,
      version: nullableText('Version the phone system reports.'),
      downMs: nullableCount('Milliseconds it was not listened to before.'),
      restarted: nullable(Type.Boolean(), 'Whether the phone system had restarted meanwhile.'),
    }),
    example: {
      seconds: 1100,
      seq: 1170,
      data: { kind: 'asterisk', system: '192.0.2.20:5038', version: '22.4.1', downMs: 4_200, restarted: false },
    },
  }),
  'connector.down': defineType('connector.down', {
    subject: 'none',
    reporter: 'offhook',
    description:
      'A phone system is no longer listened to. What happens there meanwhile is learnt when it is up again; what then has to be guessed is marked `estimated`.',
    data: Type.Object({
      kind,
      system,
      reason: nullableEnum(['connection_lost', 'login_refused', 'log_full', 'stopped', 'other'], 'Why.'),
      message: nullableText('Why, in words a reader can act on.'),
      since: nullableTime('When it was last heard from.'),
    }),
    example: {
      seconds: 1095.8,
      seq: 1169,
      data: {
        kind: 'asterisk',
        system: '192.0.2.20:5038',
        reason: 'connection_lost',
        message: 'The phone system closed the connection.',
        since: at(1095),
      },
    },
  }),
  'delivery.cancelled': defineType('delivery.cancelled', {
    subject: 'none',
    reporter: 'offhook',
    description:
      'A delivery was given up: its attempts were used up, its time was over, or its subscription went away. It can be sent again with a replay while the event is kept. No such event is ever made about another one.',
    data: Type.Object({
      subscription: count('Public number of the subscription.'),
      endpoint: nullableCount('Public number of the endpoint.'),
      eventId: nullableText('Event that was not delivered; null where it is gone.'),
      eventSeq: count('Its sequence.'),
      eventType: nullableText('Its type; null where it is gone.'),
      reason: Type.Enum(['attempts_used_up', 'expired', 'gone', 'disabled', 'deleted', 'not_encoded'], {
        description: 'Why it was given up.',
      }),
      attempts: count('Attempts that were made.'),
      lastStatus: nullableCount('HTTP status of the last answer; null where none came.'),
      lastError: nullableText('What went wrong last.'),
      more: count(
        'Further deliveries of the subscription that were given up at about that time for the same reason, and have no event of their own.',
      ),
    }),
    example: {
      seconds: 1300,
      seq: 1180,
      connector: 'offhook',
      data: {
        subscription: 12,
        endpoint: 4,
        eventId: '01kahv9c0g7m2q0x7b1n5d8wzt',
        eventSeq: 1042,
        eventType: 'call.started',
        reason: 'attempts_used_up',
        attempts: 5,
        lastStatus: 503,
        lastError: 'http_503',
        more: 0,
      },
    },
  }),
  'delivery.failing': defineType('delivery.failing', {
    subject: 'none',
    reporter: 'offhook',
    description:
      'A receiver has failed through half of the attempts of a delivery: a warning, while there is time. Said once of an endpoint until it takes something again, and never of a delivery of such an event.',
    data: Type.Object({
      subscription: count('Public number of the subscription.'),
      endpoint: nullableCount('Public number of the endpoint.'),
      eventId: nullableText('Event that has not been delivered; null where it is gone.'),
      eventSeq: count('Its sequence.'),
      eventType: nullableText('Its type; null where it is gone.'),
      attempts: count('Attempts that were made.'),
      maxAttempts: count('Attempts after which it is given up.'),
      nextAttemptAt: nullableTime('When it is tried again.'),
      lastStatus: nullableCount('HTTP status of the last answer; null where none came.'),
      lastError: nullableText('What went wrong last.'),
    }),
    example: {
      seconds: 1200,
      seq: 1175,
      connector: 'offhook',
      data: {
        subscription: 12,
        endpoint: 4,
        eventId: '01kahv9c0g7m2q0x7b1n5d8wzt',
        eventSeq: 1042,
        eventType: 'call.started',
        attempts: 5,
        maxAttempts: 9,
        nextAttemptAt: at(8400),
        lastStatus: 503,
        lastError: 'http_503',
      },
    },
  }),
  'subscription.disabled': defineType('subscription.disabled', {
    subject: 'none',
    reporter: 'offhook',
    description:
      'Offhook switched a subscription off: its receiver said for good that it is gone, or failed for too long.',
    data: Type.Object({
      subscription: count('Public number of the subscription.'),
      endpoint: nullableCount('Public number of the endpoint.'),
      name: nullableText('Its name.'),
      by: nullableText('Who did it; `Offhook` itself where its receiver is gone.'),
      reason: Type.Enum(['gone', 'failing', 'other'], { description: 'Why.' }),
      message: nullableText('Why, in words a reader can act on.'),
      lastStatus: nullableCount('HTTP status of the last answer; null where none came.'),
      cancelled: nullableCount(
        'Waiting deliveries that were given up with it; null where they are told of one by one.',
      ),
    }),
    example: {
      seconds: 1310,
      seq: 1181,
      connector: 'offhook',
      data: {
        subscription: 12,
        endpoint: 4,
        name: 'CRM pop-ups',
        by: 'Offhook',
        reason: 'gone',
        message: 'The receiver answered 410 Gone.',
        lastStatus: 410,
        cancelled: 3,
      },
    },
  }),
};
