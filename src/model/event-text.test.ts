import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from '../../test/support/builders.ts';
import { bodyText, eventText, rememberBodyText } from './event-text.ts';

const awkward = eventOf({ id: 'a"b', domain: 'acme\\x', data: { note: 'naïve "quote" \u2028 😀' } });
const event = { ...awkward, seq: 7, acceptedAt: '2026-01-01T00:00:00.000Z' };

test('the text says what the event says', () => {
  assert.deepEqual(JSON.parse(eventText(event)), JSON.parse(JSON.stringify(event)));
});

test('a remembered body gives the same text to the byte', () => {
  const copy = { ...event };
  assert.equal(eventText(rememberBodyText(copy, bodyText(awkward))), eventText(event));
});
