/**
 * Keeps stored credentials unreadable at rest: AES-256-GCM under a key made from `OFFHOOK_SECRET_KEY`, or from the key
 * file of the data directory. A copy of the database without the key tells nobody a password.
 *
 * What is sealed says by which key (`v2.KEYID.BYTES`), and opens only for what it was sealed for: a row's secret moved
 * into another row is no secret of that row. Nonces are random, 96 bits, a new one for each text; far fewer than the
 * 2^32 texts that are safe under one key are ever sealed by it. The first version (`v1.BYTES`) knew neither and is
 * only read: the start seals it anew (`resealSubscriptions`).
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, scrypt } from 'node:crypto';
import type { Seal } from '../../records/sqlite/seal.ts';
import { formerKeysIn, keyIn, obtainKey } from './key-file.ts';

const ivBytes = 12;
const tagBytes = 16;
const form = /^(?:v1|v2\.([0-9a-f]{8}))\.([A-Za-z0-9+/]+={0,2})$/;

interface Key {
  /** Tells keys apart, and nothing else about them. */
  readonly id: string;
  readonly bytes: Buffer;
}

export interface KeySettings {
  /** `secret.key`; null: the key file. */
  readonly key: string | null;
  /** Keys that were in force before, as long as something is sealed by them. */
  readonly previousKeys: readonly string[];
}

export interface KeyedSeal extends Seal {
  /** Id of the key that seals. */
  readonly keyId: string;
  /** Another key that follows from the one in force, for something else than sealing; the same at every start. */
  keyFor(purpose: string): Buffer;
  /** The same of every key that is known, the one in force first. */
  keysFor(purpose: string): readonly Buffer[];
}

/** Makes the key file where one is needed and there is none. */
export async function openSeal({ key, previousKeys }: KeySettings, dir: string): Promise<KeyedSeal> {
  const current = key ?? (await obtainKey(dir));
  // Whoever moves from the key file to a configured key must not lose what the file has sealed.
  const inFile = key === null ? null : await keyIn(dir).catch(() => null);
  const former = [...previousKeys, ...(inFile === null ? [] : [inFile]), ...(await formerKeysIn(dir))];
  return sealWith(await Promise.all([...new Set([current, ...former])].map(deriveKey)));
}

/** The salt is fixed: the key must be the same after every start. What else is made from it is made from its HMAC. */
function deriveKey(secret: string): Promise<Key> {
  return new Promise((resolve, reject) => {
    scrypt(secret, 'offhook stored credentials', 32, (error, bytes) => {
      if (error) return reject(error);
      const id = createHmac('sha256', bytes).update('offhook key id').digest('hex').slice(0, 8);
      resolve({ id, bytes });
    });
  });
}

function sealWith(keys: readonly Key[]): KeyedSeal {
  const [current] = keys as [Key, ...Key[]];
  return {
    keyId: current.id,
    keyFor: (purpose) => keyFrom(current, purpose),
    keysFor: (purpose) => keys.map((key) => keyFrom(key, purpose)),
    seal: (text, purpose) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', current.bytes, iv).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v2.${current.id}.${sealed.toString('base64')}`;
    },
    open: (sealed, purpose) => openWith(keys, sealed, purpose),
    isCurrent: (sealed) => sealed.startsWith(`v2.${current.id}.`),
  };
}

const keyFrom = ({ bytes }: Key, purpose: string): Buffer =>
  createHmac('sha256', bytes).update(`offhook key for ${purpose}`).digest();

function openWith(keys: readonly Key[], sealed: string, purpose: string): string {
  const [, id, text] = form.exec(sealed) ?? [];
  if (text === undefined) throw new WrongKeyError(null);
  const bytes = Buffer.from(text, 'base64');
  const tried = id === undefined ? keys : keys.filter((key) => key.id === id);
  let cause: unknown = new Error(id === undefined ? 'no key opens it' : `it is sealed by the key ${id}`);
  for (const key of tried) {
    try {
      return decipher(key, bytes, id === undefined ? null : purpose);
    } catch (error) {
      cause = error;
    }
  }
  throw new WrongKeyError(tried.length === 0 ? (id ?? null) : null, { cause });
}

function decipher({ bytes: key }: Key, bytes: Buffer, purpose: string | null): string {
  if (bytes.length < ivBytes + tagBytes) throw new Error('it is too short');
  const options = { authTagLength: tagBytes };
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), options);
  if (purpose !== null) decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const text = decipher.update(bytes.subarray(ivBytes, -tagBytes));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}

/** What was stored can't be read with the keys there are. */
export class WrongKeyError extends Error {
  override readonly name = 'WrongKeyError';

  /** @param missing id of the key it was sealed by, where that is none of those there are */
  constructor(missing: string | null, options?: ErrorOptions) {
    const why = missing === null ? '' : `; they are sealed by the key ${missing}, which is not among those given`;
    const remedy =
      'start with the former OFFHOOK_SECRET_KEY, name it under secret.previousKeys, or put the former secret.key back into the data directory';
    super(`stored credentials can't be read with this key${why}: ${remedy}`, options);
  }
}
