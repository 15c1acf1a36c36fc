/**
 * Keeps stored credentials unreadable at rest: AES-256-GCM under a key made from `OFFHOOK_SECRET_KEY`, or from a key
 * file of mode 0600 in the data directory that is made at the first start. A copy of the database without the key
 * tells nobody a password.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretHex } from '../kit/random.ts';
import type { Seal } from '../records/sqlite/subscription-codec.ts';

const keyFile = 'secret.key';
const ivBytes = 12;
const tagBytes = 16;
const version = 'v1.';

/** @param configured `secret.key`; null: the key file in `dir`. */
export async function openSeal(configured: string | null, dir: string): Promise<Seal> {
  const secret = configured ?? (await secretFromFile(join(dir, keyFile)));
  return sealWith(await deriveKey(secret));
}

async function secretFromFile(path: string): Promise<string> {
  try {
    await writeFile(path, `${secretHex(32)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await chmod(path, 0o600);
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret.length >= 16) return secret;
  throw new Error(`the key file ${path} is damaged: put the former one back, or set OFFHOOK_SECRET_KEY`);
}

/** The salt is fixed: the key must be the same after every start, and only one thing is made from it. */
function deriveKey(secret: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, 'offhook stored credentials', 32, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

function sealWith(key: Buffer): Seal {
  return {
    seal: (text) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return version + sealed.toString('base64');
    },
    open: (sealed) => {
      try {
        return open(key, sealed);
      } catch (error) {
        throw new WrongKeyError(error);
      }
    },
  };
}

function open(key: Buffer, sealed: string): string {
  if (!sealed.startsWith(version)) throw new Error('unknown form');
  const bytes = Buffer.from(sealed.slice(version.length), 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const text = decipher.update(bytes.subarray(ivBytes, -tagBytes));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}

/** What was stored can't be read with this key. */
export class WrongKeyError extends Error {
  override readonly name = 'WrongKeyError';

  constructor(cause: unknown) {
    const remedy =
      'start with the former OFFHOOK_SECRET_KEY, or put the former secret.key back into the data directory';
    super(`stored credentials can't be read with this key: ${remedy}`, { cause });
  }
}
