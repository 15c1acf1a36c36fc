import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { callOf, eventOf } from '../../test/support/builders.ts';
import { orderKeyOf } from './event.ts';
import { bodyText, eventText } from './event-text.ts';
import { callIdOf, callStateOf, legIdOf, StoredEvent } from './stored-event.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(',"call":', '{"id":"', '\\', '"', '","call":null'),
);
const anyEvent = fc
  .record({
    time: text,
    reseller: text,
    domain: text,
    user: fc.option(text),
    extension: fc.option(text),
    extensions: fc.array(text),
    call: fc.option(
      fc.tuple(text, fc.boolean()).map(([id, last]) => (last ? { ...callOf('x', { did: id }), id } : callOf(id))),
    ),
    data: fc.dictionary(text, fc.jsonValue()),
  })
  .map((facts) => ({ ...eventOf(facts), seq: 5, acceptedAt: '2026-01-01T00:00:00.000Z' }));

test('it reads like the event that was stored, whatever is in it', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const stored = StoredEvent.read(event, bodyText(event));
      const plain = JSON.parse(JSON.stringify(event));
      assert.deepEqual(JSON.parse(JSON.stringify(stored)), plain);
      assert.deepEqual(JSON.parse(JSON.stringify(stored.call)), plain.call);
      assert.equal(callIdOf(StoredEvent.read(event, bodyText(event))), JSON.parse(JSON.stringify(callIdOf(event))));
      assert.equal(orderKeyOf(stored), orderKeyOf({ ...plain, domain: event.domain }));
      assert.equal(eventText(stored), eventText(event));
    }),
  );
});

test('who asks what it is about has it keep no more than that', () => {
  const event = { ...eventOf({ call: callOf('c1') }), seq: 5, acceptedAt: '2026-01-01T00:00:00.000Z' };
  const stored = StoredEvent.read(event, bodyText(event));
  assert.deepEqual([callStateOf(stored), legIdOf(stored)], [event.call?.state, null]);
  assert.notEqual(stored.peek(), stored.peek(), 'what was read to find out is kept');
  assert.equal(stored.call, stored.call);
});
