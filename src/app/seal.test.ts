import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSeal } from './seal.ts';

test('what is sealed is unreadable, and opens with the same key only', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'offhook-seal-'));
  try {
    const seal = await openSeal(null, dir);
    const sealed = seal.seal('a password');
    assert.ok(!sealed.includes('a password'));
    assert.notEqual(seal.seal('a password'), sealed);
    assert.equal((await openSeal(null, dir)).open(sealed), 'a password');
    assert.equal((await stat(join(dir, 'secret.key'))).mode & 0o777, 0o600);
    const other = await openSeal('another key, long enough', dir);
    assert.throws(() => other.open(sealed), /OFFHOOK_SECRET_KEY/);
    const changed = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`;
    assert.throws(() => seal.open(changed), /can't be read/);
  } finally {
    await rm(dir, { recursive: true });
  }
});
