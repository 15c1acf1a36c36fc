import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSourceToken, SourceTokens } from './source-tokens.ts';

const keyOf = (text: string): Buffer => Buffer.alloc(32, text);
const tokens = new SourceTokens([keyOf('now'), keyOf('before')]);

test('a connector’s token shows whose it is, to who has the key, also after another key came into force', () => {
  const token = tokens.make('office');
  assert.ok(isSourceToken(token) && tokens.isOf('office', token));
  assert.notEqual(token, tokens.make('office'));
  assert.ok(new SourceTokens([keyOf('later'), keyOf('now')]).isOf('office', token));
  assert.ok(!new SourceTokens([keyOf('later')]).isOf('office', token));
  assert.ok(!tokens.isOf('branch', token), 'not another connector’s');
});

test('no other token is taken for one: neither one by hand, nor one of which a character differs', () => {
  const byHand = tokens.make(null);
  assert.ok(isSourceToken(byHand) && !tokens.isOf('office', byHand));
  const token = tokens.make('office');
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === '0' ? '1' : '0';
    assert.ok(!tokens.isOf('office', token.slice(0, at) + other + token.slice(at + 1)), String(at));
  }
  for (const text of ['', token.slice(1), `${token}0`, token.toUpperCase(), 'ü'.repeat(32)]) {
    assert.ok(!tokens.isOf('office', text), text);
  }
});

test('without a key none is made that a connector would not know for its own', () => {
  const keyless = new SourceTokens([]);
  assert.throws(() => keyless.make('office'), /no key/);
  assert.ok(isSourceToken(keyless.make(null)));
});
