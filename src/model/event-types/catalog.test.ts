import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Check, Errors } from 'typebox/value';
import { createEventChecker, EventSchema, eventSchemaOf } from '../event-schema.ts';
import { orderKeyOf } from '../event.ts';
import { dataSchemaOf, eventCatalog, eventTypes } from './index.ts';

describe('the catalogue of event types', () => {
  const isEvent = createEventChecker();

  it('has every type once, in the order of the documentation', () => {
    assert.deepEqual(Object.keys(eventCatalog), [...eventTypes]);
    assert.equal(new Set(eventTypes).size, eventTypes.length);
  });

  for (const type of eventTypes) {
    it(`documents ${type} with a complete, valid example`, () => {
      const { example, description } = eventCatalog[type];
      assert.equal(example.type, type);
      assert.deepEqual(Errors(EventSchema, example), []);
      assert.deepEqual(Errors(eventSchemaOf(type), example), []);
      assert.ok(isEvent(example));
      assert.ok(description.length > 30 && description.endsWith('.'));
      assert.ok(orderKeyOf(example).startsWith('acme\u0000'));
    });

    it(`describes every field of ${type}`, () => {
      for (const [name, property] of Object.entries(dataSchemaOf(type).properties)) {
        assert.ok((property as { description?: string }).description, `data.${name} has no description`);
      }
    });
  }

  it('refuses an example whose data is not what its type carries', () => {
    const { example } = eventCatalog['queue.left'];
    assert.equal(isEvent({ ...example, data: { ...example.data, reason: 'bored' } }), false);
    assert.equal(isEvent({ ...example, data: { queue: 'support' } }), false);
    assert.equal(isEvent({ ...example, call: null }), false);
    assert.equal(Check(EventSchema, { ...example, seq: 0 }), false);
  });
});
