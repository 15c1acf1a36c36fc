import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { cloudevents } from '../dialects/cloudevents/index.ts';
import type { Event } from '../model/event.ts';
import { eventCatalog, eventTypes } from '../model/event-types/index.ts';
import { isKnownEvent, parseNotification } from './parse.ts';
import { ReceiverProblem } from './problem.ts';
import type { OffhookEvent, OffhookEventOf } from './offhook-event.ts';
import { noContext } from '../../test/support/encode-context.ts';

const examples: readonly Event[] = eventTypes.map((type) => eventCatalog[type].example);

function encoded(events: readonly Event[], options: Readonly<Record<string, unknown>>) {
  const context = { ...noContext, method: 'POST', url: 'https://r.example/', options };
  const request = cloudevents.encode(events, context);
  assert.ok(request.kind === 'request' && request.body !== null);
  return { headers: request.headers, body: request.body };
}

const unreadable = (error: unknown): boolean => error instanceof ReceiverProblem && error.code === 'unreadable';

describe('parseNotification', () => {
  it('gives every type of event back as it was, in every mode and with every option', () => {
    const odd = { typePrefix: 'com.acme.', sourcePrefix: 'https://pbx.example', extras: true };
    for (const options of [{}, odd]) {
      for (const mode of ['structured', 'binary'] as const) {
        for (const example of examples) {
          const notification = parseNotification(encoded([example], { ...options, mode }));
          assert.deepEqual(notification, { mode, events: [JSON.parse(JSON.stringify(example))] });
          assert.ok(notification.events.every(isKnownEvent));
        }
      }
      const batch = parseNotification(encoded(examples, { ...options, mode: 'batch' }));
      assert.deepEqual(batch, { mode: 'batch', events: JSON.parse(JSON.stringify(examples)) });
    }
  });

  it('keeps a type that it does not know apart', () => {
    const { body, headers } = encoded([examples[0] as Event], {});
    const newer = String(body).replaceAll('call.started', 'call.teleported');
    const [event] = parseNotification({ headers, body: newer }).events;
    assert.ok(event && !isKnownEvent(event));
    assert.equal(event.type, 'call.teleported');
  });

  it('takes an event from the signed body alone, whatever the headers of binary mode say', () => {
    const { body, headers } = encoded([examples[0] as Event], { mode: 'binary' });
    const forged = { ...headers, 'ce-id': 'forged', 'ce-type': 'offhook.charge.made' };
    const [event] = parseNotification({ headers: forged, body }).events;
    assert.deepEqual([event?.id, event?.type], [examples[0]?.id, 'call.started']);
  });

  it('reads no body as another mode than the one it was written in', () => {
    const bodies = (['structured', 'binary', 'batch'] as const).map((mode) =>
      encoded([examples[0] as Event], { mode }),
    );
    for (const { headers } of bodies) {
      const readable = bodies.filter(({ body }) => {
        try {
          return parseNotification({ headers, body }).events.length > 0;
        } catch (error) {
          assert.ok(unreadable(error));
          return false;
        }
      });
      assert.deepEqual(
        readable.map((one) => one.headers['content-type']),
        [headers['content-type']],
      );
    }
  });

  it('calls unreadable what lacks a part of an event', () => {
    const { body, headers } = encoded([examples[0] as Event], { mode: 'binary' });
    const event = JSON.parse(String(body)) as Record<string, unknown>;
    for (const name of Object.keys(event)) {
      for (const value of [undefined, 7.5, true]) {
        const spoilt = JSON.stringify({ ...event, [name]: value });
        assert.throws(() => parseNotification({ headers, body: spoilt }), unreadable, `${name} ${value}`);
      }
    }
  });

  it('throws nothing but a ReceiverProblem, whatever comes', () => {
    const types = fc.constantFrom(
      'application/cloudevents+json',
      'application/cloudevents-batch+json; charset=utf-8',
      'application/json',
      '',
    );
    const bodies = fc.oneof(
      fc.uint8Array(),
      fc.json(),
      fc.json().map((json) => `{"specversion":"1.0","data":${json}}`),
    );
    fc.assert(
      fc.property(types, bodies, (type, body) => {
        const headers = { 'content-type': type, 'ce-specversion': '1.0' };
        try {
          assert.deepEqual(parseNotification({ headers, body }).events, []);
        } catch (error) {
          assert.ok(unreadable(error), String(error));
        }
      }),
    );
  });
});

/** For the compiler: what `switch (event.type)` knows. */
function whatTypesSay(event: OffhookEvent): string | number | null {
  switch (event.type) {
    case 'leg.answered':
      return event.leg.id + event.call.id;
    case 'queue.left':
      return event.data.reason === 'abandoned' ? event.data.waitMs : event.call.id;
    case 'charge.made':
      return event.data.amount;
    case 'connector.down':
      // @ts-expect-error an event of no call may have none
      return event.call.id;
    default:
      return (event satisfies Exclude<OffhookEvent, OffhookEventOf<'leg.answered'>>).id;
  }
}

it('is told apart by type', () => {
  const event = eventCatalog['charge.made'].example as OffhookEvent;
  assert.equal(whatTypesSay(event), '0.0120');
});
