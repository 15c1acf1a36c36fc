import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tooOld } from './node-version.ts';

test('an old Node.js is told what is needed, and one that will do is not', () => {
  assert.match(tooOld('20.20.2') ?? '', /Node\.js 24 or newer is needed, and this is 20\.20\.2; install it/);
  assert.equal(tooOld('24.0.0'), null);
  assert.equal(tooOld('100.1.0'), null);
  assert.equal(tooOld(process.versions.node), null);
});
