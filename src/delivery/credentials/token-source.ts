/**
 * The tokens that deliveries are sent with: one for all subscriptions of a domain with the same credentials, asked for
 * once however many deliveries wait for it.
 *
 *   empty ── asked for ──> asking
 *   asking ── the endpoint gave one ──> held, and all who wait have it;   ── it did not ──> resting, and all are told why
 *   held ── `renewAt` has come, and it is asked for ──> held and asking: who asks has the old one while it is good
 *   held ── no longer good ──> empty
 *   held ── a receiver refused it (401) ──> empty, so that who asks next has a new one; but not where it was got for that
 *     very reason, never served, and is young: then it is the credentials that are refused, and a new token won't help
 *   resting ── until `askAt` everybody is told the same as the last ──> empty
 *
 * `renewAt` lies at 75 to 90 % of a token's time, at random, so that many that were got at once are not renewed at once.
 * A failed renewal leaves the old token in use and puts the next try off; so does a failure without one, longer with each
 * in a row, up to a minute, or as long as the endpoint asks for (at most an hour).
 *
 * Credentials that are changed are other credentials. Tokens are in memory only and in no log.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../kit/clock.ts';
import { newId } from '../../kit/ids.ts';
import type { Random } from '../../kit/random.ts';
import type { OAuth } from '../../subscriptions/subscription.ts';
import type { Sender } from '../sender/sender.ts';
import { type NoToken, readTokenAnswer, type Token } from './token-answer.ts';
import { tokenRequest } from './token-request.ts';

export type TokenResult = { readonly token: string } | NoToken;
type Told = (result: TokenResult) => void;

export interface TokenSourceDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** For the exchange with the token endpoint: same limits and address guard as a delivery. */
  readonly sender: Sender;
  /** Credentials remembered at once; past it, those that came first are asked for again. */
  readonly maxTokens?: number;
}

interface Held {
  readonly token: string;
  readonly gotAt: number;
  readonly renewAt: number;
  readonly goodUntil: number;
  /** The one before was refused by a receiver. */
  readonly afterRefusal: boolean;
  /** A receiver took it. */
  served: boolean;
}

/** What is known of one set of credentials. Times are monotonic. */
interface Entry {
  held: Held | null;
  /** Who waits for the answer; null: nobody asks. */
  waiting: Told[] | null;
  /** The last answer, where it was none, until `askAt`. */
  failure: NoToken | null;
  askAt: number;
  failuresInRow: number;
  refused: boolean;
}

const usualLifetimeMs = 900_000;
/** What is taken off a token's time for the way to the receiver; of short ones a tenth. */
const marginMs = 10_000;
/** A token that followed a refused one is not replaced for a refusal before it is so old. */
const youngMs = 60_000;
const firstRestMs = { refused: 5_000, failed: 1_000 } as const;
const longestRestMs = 60_000;
const longestAskedRestMs = 3_600_000;

/** Answers of token endpoints since the start: a token, a word that the credentials won't do, or nothing of use. */
export type TokenCounts = Readonly<Record<'got' | 'refused' | 'failed', number>>;

export class TokenSource {
  readonly counts = { got: 0, refused: 0, failed: 0 };
  readonly #deps: TokenSourceDeps;
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new WeakMap<OAuth, { readonly domain: string; readonly key: string }>();
  readonly #maxTokens: number;

  constructor(deps: TokenSourceDeps) {
    this.#deps = deps;
    this.#maxTokens = deps.maxTokens ?? 10_000;
  }

  /** Tells at once what is known, and later what is not. */
  get(auth: OAuth, domain: string, told: Told): void {
    const entry = this.#entry(auth, domain);
    const now = this.#deps.clock.monotonic();
    const { held } = entry;
    if (held && now < held.goodUntil) {
      if (now >= held.renewAt && now >= entry.askAt && !entry.waiting) this.#ask(entry, auth, domain, []);
      return told(held);
    }
    if (entry.waiting) return void entry.waiting.push(told);
    if (entry.failure && now < entry.askAt) return told(entry.failure);
    this.#ask(entry, auth, domain, [told]);
  }

  /** A receiver took it. */
  served(auth: OAuth, domain: string, token: string): void {
    const { held } = this.#entry(auth, domain);
    if (held?.token === token) held.served = true;
  }

  /** A receiver answered 401 to it. @returns whether to ask for another one */
  refused(auth: OAuth, domain: string, token: string): boolean {
    const entry = this.#entry(auth, domain);
    const { held } = entry;
    if (held?.token !== token) return true;
    const isYoung = this.#deps.clock.monotonic() - held.gotAt < youngMs;
    if (held.afterRefusal && !held.served && isYoung) return false;
    entry.held = null;
    entry.refused = true;
    return true;
  }

  #entry(auth: OAuth, domain: string): Entry {
    const key = this.#keyOf(auth, domain);
    const known = this.#entries.get(key);
    if (known) return known;
    if (this.#entries.size >= this.#maxTokens) this.#makeRoom();
    const entry: Entry = { held: null, waiting: null, failure: null, askAt: 0, failuresInRow: 0, refused: false };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Lets go of a tenth; one that is being asked for tells who waits all the same. */
  #makeRoom(): void {
    let left = Math.ceil(this.#maxTokens / 10);
    for (const key of this.#entries.keys()) if (left-- > 0) this.#entries.delete(key);
  }

  #keyOf(auth: OAuth, domain: string): string {
    const known = this.#keys.get(auth);
    if (known?.domain === domain) return known.key;
    const key = createHash('sha256')
      .update(JSON.stringify([domain, auth]))
      .digest('base64');
    this.#keys.set(auth, { domain, key });
    return key;
  }

  #ask(entry: Entry, auth: OAuth, domain: string, waiting: Told[]): void {
    entry.waiting = waiting;
    const { clock, sender } = this.#deps;
    const { host } = new URL(auth.tokenUrl);
    const now = clock.now();
    tokenRequest(auth, domain, now, newId(now)).then(
      ({ request, secrets }) =>
        sender.send(request, (exchange) => this.#answered(entry, readTokenAnswer(exchange, host, secrets))),
      () => this.#answered(entry, unusable),
    );
  }

  #answered(entry: Entry, answer: Token | NoToken): void {
    const now = this.#deps.clock.monotonic();
    this.#count(answer);
    if ('token' in answer) this.#hold(entry, answer, now);
    else this.#rest(entry, answer, now);
    const waiting = entry.waiting ?? [];
    entry.waiting = null;
    for (const told of waiting) told(answer);
  }

  #count(answer: Token | NoToken): void {
    if ('token' in answer) this.counts.got++;
    else if (answer.refused) this.counts.refused++;
    else if (!answer.stopped) this.counts.failed++;
  }

  #hold(entry: Entry, { token, lifetimeMs }: Token, now: number): void {
    const lifetime = lifetimeMs ?? usualLifetimeMs;
    const renewAt = now + lifetime * (0.75 + 0.15 * this.#deps.random.next());
    const goodUntil = now + lifetime - Math.min(marginMs, lifetime / 10);
    entry.held = { token, gotAt: now, renewAt, goodUntil, afterRefusal: entry.refused, served: false };
    entry.failure = null;
    entry.failuresInRow = 0;
    entry.askAt = 0;
    entry.refused = false;
  }

  #rest(entry: Entry, failure: NoToken, now: number): void {
    const first = failure.refused ? firstRestMs.refused : firstRestMs.failed;
    const longer = Math.min(first * 2 ** Math.min(entry.failuresInRow++, 10), longestRestMs);
    const asked = Math.min(failure.retryAfterMs ?? 0, longestAskedRestMs);
    entry.askAt = now + Math.max(longer * (0.8 + 0.4 * this.#deps.random.next()), asked);
    entry.failure = failure;
  }
}

const unusable: NoToken = {
  problem: 'the private key cannot sign; send it anew (endpoint.auth.privateKey)',
  refused: true,
  stopped: false,
  retryAfterMs: null,
};
