import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventFacts, eventWords } from './lines.ts';

const nobody = { number: null, raw: null, name: null, kind: 'anonymous' };
type Call = NonNullable<EventFacts['call']>;

const words = (from: Call['from'], to: Call['to']): string =>
  eventWords({
    ...{ id: 'e', seq: 1, type: 'call.started', time: '2026-01-02T03:04:05.000Z', domain: 'acme' },
    ...{ extension: null, leg: null, call: { id: 'c', direction: 'inbound', outcome: null, from, to } },
  }).replace(/^call\.started +/, '');

test('a party of whom nothing is known is a question mark, one that withheld its number is anonymous', () => {
  assert.equal(words(nobody, nobody), '? → ?');
  assert.equal(words({ ...nobody, raw: 'anonymous' }, nobody), 'anonymous → ?');
  assert.equal(words({ ...nobody, raw: '' }, { ...nobody, name: 'Ann' }), 'anonymous → Ann ?');
  assert.equal(words({ ...nobody, raw: 'Restricted' }, { ...nobody, kind: 'emergency' }), 'Restricted → emergency');
  assert.equal(
    words({ ...nobody, number: '+12157010680', raw: '2157010680', kind: 'external' }, nobody),
    '+12157010680 → ?',
  );
});
