import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { jsonString } from './json-string.ts';
import { utf8Of } from './utf8.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });

describe('texts as bytes', () => {
  it('are the pieces one after the other, and stay so while others are made', () => {
    fc.assert(
      fc.property(fc.array(fc.array(text, { maxLength: 4 }), { maxLength: 20 }), (all) => {
        const made = all.map((pieces) => utf8Of(pieces));
        assert.deepEqual(
          made.map((bytes) => bytes.toString()),
          all.map((pieces) => pieces.join('')),
        );
      }),
    );
  });

  it('may be of any length', () => {
    for (const length of [0, 1, 8_191, 8_192, 8_193, 70_000]) {
      const piece = '\u20ac'.repeat(length);
      for (let again = 0; again < 20; again++) assert.equal(utf8Of([piece, '.']).toString(), `${piece}.`);
    }
  });
});

describe('a string in JSON', () => {
  it('is what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string(), fc.string({ unit: 'binary' })), (any) => {
        assert.equal(jsonString(any), JSON.stringify(any));
      }),
    );
  });
});
