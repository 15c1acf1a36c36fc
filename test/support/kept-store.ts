/**
 * The small store that is kept for each schema there ever was (`test/fixtures/stores/`), made by the code of its day:
 * what is in it, for the one who makes it (`scripts/keep-store.ts`) and for the test that upgrades it.
 */
export const keptSecretKey = 'the key of the stores that are kept';
export const keptSettings = { OFFHOOK_SECRET_KEY: keptSecretKey, OFFHOOK_RETENTION_EVENTS: '3650d' };

export const keptAnswerKey = 'a-request-that-was-answered';
export const keptEvents = [
  { id: 'text-1', type: 'message.received', extension: '101', data: { text: 'Grüße, 電話' } },
  { id: 'call-1-started', type: 'call.started', call: { id: 'call-1', direction: 'inbound', from: '+12157010680' } },
  { id: 'text-2', type: 'message.received', extension: '102', data: { text: 'two' } },
];

/** Numbers 1 and 2, in this order. The second one's receiver is never reached, so what is for it stays parked. */
export const keptSubscriptions = [
  {
    name: 'delivered',
    events: ['*'],
    dialect: 'cloudevents',
    endpoint: { url: 'inbox:kept', auth: { kind: 'bearer', token: 'a-kept-bearer-token' } },
  },
  {
    name: 'parked',
    events: ['message.*'],
    dialect: 'cloudevents',
    scope: { domain: 'default', extension: '102' },
    endpoint: { url: 'http://127.0.0.1:9/hook', auth: { kind: 'basic', username: 'u', password: 'a-kept-password' } },
    retry: { maxAttempts: 20, delays: ['12h'] },
  },
];

export const keptStoreFile = (schema: number): URL =>
  new URL(`../fixtures/stores/schema-${String(schema).padStart(4, '0')}.db`, import.meta.url);
