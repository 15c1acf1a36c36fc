import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { grantText, isSigned, readGrant } from './grants.ts';

const key = Buffer.alloc(32, 'k');
const hash = 'a'.repeat(64);
const grant = { tokenId: '0123456789abcdef', until: 1_800_000_000_000, purpose: 'recording rec_1-é2' };

const holds = (text: string, token: Parameters<typeof isSigned>[2], now = 0, by: Uint8Array = key): boolean => {
  const read = readGrant(text);
  return read !== null && isSigned(by, read, token, now);
};

test('a grant says whose it is, until when and what for, and holds while the token is as it was', () => {
  const text = grantText(key, grant, hash, { hash, previous: null });
  assert.deepEqual(readGrant(text)?.grant, grant);
  assert.equal(holds(text, { hash, previous: null }), true);
  assert.equal(holds(text, null), false, 'the token is gone');
  assert.equal(holds(text, { hash, previous: null }, 0, Buffer.alloc(32, 'other')), false);
});

test('a rotation ends it at once, with a grace too; what is got in the grace holds until that ends', () => {
  const rotated = { hash: 'b'.repeat(64), previous: { hash, until: 1_000 } };
  assert.equal(holds(grantText(key, grant, hash, { hash, previous: null }), rotated, 500), false);
  const inGrace = grantText(key, grant, hash, rotated);
  assert.equal(holds(inGrace, rotated, 999), true);
  assert.equal(holds(inGrace, rotated, 1_000), false);
  assert.equal(holds(inGrace, { hash: 'c'.repeat(64), previous: { hash: rotated.hash, until: 9_000 } }, 500), false);
});

test('no text but the one that was given out holds', () => {
  const token = { hash, previous: null };
  const text = grantText(key, grant, hash, token);
  fc.assert(
    fc.property(fc.nat({ max: text.length - 1 }), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      assert.ok(changed === text || !holds(changed, token), changed);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.string(), (other) => assert.equal(holds(other, token), false)));
  for (const other of ['', 'og.', `${text}0`, `${text} `, text.toUpperCase()]) assert.equal(holds(other, token), false);
});
