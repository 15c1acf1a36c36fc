import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest.ts';

test('a misspelt word finds the one that was meant', () => {
  assert.equal(nearest('prot', ['host', 'port', 'path']), 'port');
  assert.equal(nearest('leg.anwsered', ['leg.answered', 'leg.ended']), 'leg.answered');
  assert.equal(nearest('PORT', ['port']), 'port');
});

test('nothing is suggested where nothing is close', () => {
  assert.equal(nearest('zebra', ['host', 'port']), null);
  assert.equal(nearest('x'.repeat(10_000), ['x']), null);
});
