import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encodeAction, InvalidActionError } from './action.ts';

test('an action is its headers, in order, ended by an empty line', () => {
  assert.equal(
    encodeAction({ name: 'Originate', headers: { Channel: 'PJSIP/101', Variable: ['a=1', 'b=2'] } }, 'id-1'),
    'Action: Originate\r\nActionID: id-1\r\nChannel: PJSIP/101\r\nVariable: a=1\r\nVariable: b=2\r\n\r\n',
  );
});

test('whatever a value is, one header comes of it or the action is refused without repeating it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (value, name) => {
      try {
        const text = encodeAction({ name: 'Ping', headers: { [name]: value } }, 'x');
        assert.equal(text.split('\r\n').length, 5);
        assert.equal(text.split('\n').length, 5);
      } catch (error) {
        assert.ok(error instanceof InvalidActionError);
        if (value.length > 8) assert.ok(!error.message.includes(value));
      }
    }),
  );
});

test('line breaks, other control characters and lines Asterisk would cut are refused', () => {
  for (const value of ['1\r\nAction: Logoff', 'a\nb', 'a\u0000b', 'x'.repeat(1100)]) {
    assert.throws(() => encodeAction({ name: 'Originate', headers: { Channel: value } }, 'x'), InvalidActionError);
  }
  assert.throws(() => encodeAction({ name: 'Ping', headers: { 'A: b\r\nC': 'd' } }, 'x'), InvalidActionError);
});
