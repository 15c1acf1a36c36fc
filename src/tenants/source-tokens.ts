/**
 * Tokens of sources: 32 characters of 5 bits each, in the paths of addresses. What opens a source is found by its hash, so
 * that the token is known to nobody.
 *
 * Those of connectors that register their addresses elsewhere also show by themselves whose they are: 20 characters are random,
 * and 12 are made of them and of the connector's name with a key that only this installation has. So a connector
 * knows its own also where the store does not, as after an older backup was restored: no other token is taken for one of them
 * (a guess succeeds once in 2^60), and without the store it opens nothing.
 */
import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const shape = /^[0-9a-hjkmnp-tv-z]{32}$/;
const length = 32;
const randomLength = 20;

const written = (bytes: Uint8Array): string => [...bytes].map((byte) => alphabet[byte % 32]).join('');
const random = (characters: number): string => written(randomFillSync(new Uint8Array(characters)));

export const isSourceToken = (text: string): boolean => shape.test(text);

export class SourceTokens {
  readonly #keys: readonly Uint8Array[];

  /** @param keys of this installation, the one in force first, those before it after it; 256 bits each */
  constructor(keys: readonly Uint8Array[]) {
    this.#keys = keys;
  }

  /**
   * @param connector that is going to register it elsewhere; null: somebody enters it by hand
   * @throws Error where there is no key, and one is needed
   */
  make(connector: string | null): string {
    if (connector === null) return random(length);
    const [key] = this.#keys;
    if (key === undefined) throw new Error('no key to sign tokens of sources with');
    const start = random(randomLength);
    return start + signature(key, connector, start);
  }

  /** Whether it was made here for this connector, whatever became of it. */
  isOf(connector: string, token: string): boolean {
    if (!isSourceToken(token)) return false;
    const start = token.slice(0, randomLength);
    const given = Buffer.from(token.slice(randomLength));
    return this.#keys.some((key) => timingSafeEqual(given, Buffer.from(signature(key, connector, start))));
  }
}

const signature = (key: Uint8Array, connector: string, start: string): string =>
  written(
    createHmac('sha256', key)
      .update(`${connector}\u0000${start}`)
      .digest()
      .subarray(0, length - randomLength),
  );
