import { createHash, randomFillSync } from 'node:crypto';

/** Crockford's base 32: sorts like the number it encodes, no letters that are easily confused. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const timeCharacters = 10;
const tailBytes = 10;

/** Ten characters that sort like `ms`, so that rows keyed by the id are appended instead of scattered. */
export function timePrefix(ms: number): string {
  let left = Math.max(0, Math.floor(ms));
  let text = '';
  for (let index = 0; index < timeCharacters; index++) {
    text = alphabet[left % 32] + text;
    left = Math.floor(left / 32);
  }
  return text;
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >>> bits) & 31];
    }
  }
  return text;
}

/** Random bytes fetched in one go for many ids: a call for each costs more than all the rest of an id. */
const pool = { bytes: new Uint8Array(tailBytes * 400), used: tailBytes * 400 };

function nextTail(): Uint8Array {
  if (pool.used === pool.bytes.length) {
    randomFillSync(pool.bytes);
    pool.used = 0;
  }
  return pool.bytes.subarray(pool.used, (pool.used += tailBytes));
}

/** A new id that nobody else makes: time first, 80 random bits after it (26 characters). */
export function newId(nowMs: number): string {
  return timePrefix(nowMs) + base32(nextTail());
}

/** The same facts give the same id, wherever and however often they are observed (26 characters, time first). */
export function idFromFacts(timeMs: number, ...facts: readonly (string | number)[]): string {
  const hash = createHash('sha256').update(facts.join('\u0000')).digest();
  return timePrefix(timeMs) + base32(hash.subarray(0, tailBytes));
}
