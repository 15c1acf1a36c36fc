import assert from 'node:assert/strict';
import { createCipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDir } from '../../../test/support/temporary-dir.ts';
import { formerKeysFile, keyFile, keyIn, rotateKeyFile } from './key-file.ts';
import { openSeal } from './seal.ts';

const fromFile = { key: null, previousKeys: [] };
const withKey = (key: string, ...previousKeys: string[]) => ({ key, previousKeys });

async function inDir(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await temporaryDir('seal');
  try {
    await run(dir.path);
  } finally {
    await dir.remove();
  }
}

test('what is sealed is unreadable, and opens with the same key only', () =>
  inDir(async (dir) => {
    const seal = await openSeal(fromFile, dir);
    const sealed = seal.seal('a password', 'row 1');
    assert.ok(!sealed.includes('a password'));
    assert.equal((await openSeal(fromFile, dir)).open(sealed, 'row 1'), 'a password');
    assert.equal((await stat(join(dir, keyFile))).mode & 0o777, 0o600);
    await inDir(async (elsewhere) => {
      const other = await openSeal(withKey('another key, long enough'), elsewhere);
      assert.throws(
        () => other.open(sealed, 'row 1'),
        (error: Error) => error.message.includes(seal.keyId),
      );
    });
  }));

test('any change of it is noticed, and it opens for nothing but what it was sealed for', () =>
  inDir(async (dir) => {
    const seal = await openSeal(fromFile, dir);
    const sealed = seal.seal('a password', 'row 1');
    assert.throws(() => seal.open(sealed, 'row 2'), /can't be read/);
    const start = sealed.lastIndexOf('.') + 1;
    const bytes = Buffer.from(sealed.slice(start), 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      assert.throws(() => seal.open(sealed.slice(0, start) + changed.toString('base64'), 'row 1'), /can't be read/);
    }
    for (const cut of ['', 'v2', sealed.slice(0, start), sealed.slice(0, start + 8), sealed.slice(0, -8)]) {
      assert.throws(() => seal.open(cut, 'row 1'), /can't be read/);
    }
  }));

test('every text has a nonce of its own', () =>
  inDir(async (dir) => {
    const seal = await openSeal(withKey('a key that is long enough'), dir);
    const nonces = new Set<string>();
    for (let count = 0; count < 5_000; count++) {
      const sealed = seal.seal('the same text', 'row 1');
      nonces.add(
        Buffer.from(sealed.slice(sealed.lastIndexOf('.') + 1), 'base64')
          .subarray(0, 12)
          .toString('hex'),
      );
    }
    assert.equal(nonces.size, 5_000);
  }));

test('a former key opens what it sealed, and what is sealed anew needs it no more', () =>
  inDir(async (dir) => {
    const old = await openSeal(withKey('the former key of this'), dir);
    const sealed = old.seal('a password', 'row 1');
    const seal = await openSeal(withKey('the new key of all this', 'the former key of this'), dir);
    assert.equal(seal.open(sealed, 'row 1'), 'a password');
    assert.ok(!seal.isCurrent(sealed));
    const again = seal.seal(seal.open(sealed, 'row 1'), 'row 1');
    assert.ok(seal.isCurrent(again));
    const alone = await openSeal(withKey('the new key of all this'), dir);
    assert.equal(alone.open(again, 'row 1'), 'a password');
    assert.throws(() => alone.open(sealed, 'row 1'), /previousKeys/);
  }));

test('from a key file to a configured key nothing is lost', () =>
  inDir(async (dir) => {
    const sealed = (await openSeal(fromFile, dir)).seal('a password', 'row 1');
    const configured = await openSeal(withKey('a key that is configured'), dir);
    assert.equal(configured.open(sealed, 'row 1'), 'a password');
  }));

test('the key file is changed for a new one, and the former ones stay beside it', () =>
  inDir(async (dir) => {
    const first = await openSeal(fromFile, dir);
    const sealed = first.seal('a password', 'row 1');
    const keys = [await keyIn(dir)];
    for (let turn = 0; turn < 2; turn++) {
      await rotateKeyFile(dir);
      keys.unshift(await keyIn(dir));
    }
    const seal = await openSeal(fromFile, dir);
    assert.notEqual(seal.keyId, first.keyId);
    assert.equal(seal.open(sealed, 'row 1'), 'a password');
    const former = (await readFile(join(dir, formerKeysFile), 'utf8')).trim().split('\n');
    assert.deepEqual([keys[0], ...former], keys);
    for (const name of [keyFile, formerKeysFile]) assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600);
  }));

test('a damaged key file is told, and not replaced', () =>
  inDir(async (dir) => {
    await writeFile(join(dir, keyFile), 'short\n');
    await assert.rejects(openSeal(fromFile, dir), /secret\.key is damaged/);
    assert.equal(await readFile(join(dir, keyFile), 'utf8'), 'short\n');
  }));

/** As the first version wrote it. */
function sealedByFirstVersion(secret: string, text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', scryptSync(secret, 'offhook stored credentials', 32), iv);
  const bytes = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${bytes.toString('base64')}`;
}

test('what the first version sealed is read, by whichever key it was', () =>
  inDir(async (dir) => {
    const seal = await openSeal(withKey('the new key of all this', 'the former key of this'), dir);
    for (const key of ['the new key of all this', 'the former key of this']) {
      const sealed = sealedByFirstVersion(key, 'a password');
      assert.equal(seal.open(sealed, 'row 1'), 'a password');
      assert.ok(!seal.isCurrent(sealed));
    }
    assert.throws(() => seal.open(sealedByFirstVersion('some other key entirely', 'x'), 'row 1'), /can't be read/);
  }));
