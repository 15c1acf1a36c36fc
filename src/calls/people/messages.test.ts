import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followPeople } from '../../../test/support/people-run.ts';
import type { MessageFacts } from './index.ts';

const message: MessageFacts = {
  id: 'm1',
  way: 'out',
  from: '101@192.0.2.7',
  fromName: 'Bob',
  to: '102@pbx',
  extension: null,
  text: 'Hello\nthere',
  passedOn: true,
};
const pass = (changes: Partial<MessageFacts>) =>
  followPeople()
    .say({ kind: 'message.passed', message: { ...message, ...changes } })
    .map(({ type, extension, data }) => [type, extension, data['from'], data['to'], data['channel'], data['status']]);

test('between two phones: sent by one, received by the other', () => {
  assert.deepEqual(pass({}), [
    ['message.sent', '101', '101', '102', 'chat', 'sent'],
    ['message.received', '102', '101', '102', 'chat', undefined],
  ]);
});

test('to outside, and one that could not be passed on', () => {
  assert.deepEqual(pass({ to: '12157010680@carrier' }), [
    ['message.sent', '101', '101', '+12157010680', 'sms', 'sent'],
  ]);
  assert.equal(pass({ to: '12157010680', passedOn: false })[0]?.[5], 'failed');
});

test('from outside, to an extension or to one of the company’s numbers', () => {
  assert.deepEqual(pass({ way: 'in', from: '12157010680@carrier', to: '101' }), [
    ['message.received', '101', '+12157010680', '101', 'sms', undefined],
  ]);
  assert.deepEqual(pass({ way: 'in', from: 'alice@example.org', to: '13125550100' }), [
    ['message.received', null, 'alice@example.org', '+13125550100', 'sms', undefined],
  ]);
  assert.deepEqual(pass({ way: 'in', from: '12157010680', to: '13125550100', extension: '101' }), [
    ['message.received', '101', '+12157010680', '+13125550100', 'sms', undefined],
  ]);
});

test('lines stay, what else controls a terminal does not, and no text is too long', () => {
  const [event] = followPeople().say({ kind: 'message.passed', message: { ...message, text: 'a\r\n\u001bb\tc' } });
  assert.equal(event?.data['text'], 'a\nb\tc');
  const [long] = followPeople().say({ kind: 'message.passed', message: { ...message, text: 'x'.repeat(99_999) } });
  assert.equal(String(long?.data['text']).length, 16_384);
});

test('the same message, heard by two, has one id; another text another', () => {
  const idsOf = (text: string) =>
    followPeople()
      .say({ kind: 'message.passed', message: { ...message, text } })
      .map(({ id }) => id);
  assert.deepEqual(idsOf('a'), idsOf('a'));
  assert.equal(new Set([...idsOf('a'), ...idsOf('b')]).size, 4);
});
