/**
 * What has to be done at one place of the other system, from what is desired there, what is registered there, and the
 * tokens that were made for it. Pure.
 *
 * *Ours* is an event whose id is kept with one of our tokens, or whose URL has one of our tokens in it, also one that nothing
 * is kept of since an older backup was restored. No other is touched, whatever its URL begins with. Of ours, one of each desired
 * event stays: it has the very URL that its token was made for, and is of the event that token is for. All other ours go: not desired, doubled, or changed since.
 *
 * A token that no event there has is forgotten. But where it is not known whether an event with it was ever made, it is kept
 * for some minutes: a request that nobody waited for any more may still be carried out, and has to be known as ours then.
 */
import type { RemoteEvent } from '../../model/remote-registry.ts';

/** A token that was made for an event at the place. */
export interface KeptToken {
  readonly source: string;
  readonly event: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  /** Of the event there; null: unknown. */
  readonly remoteId: string | null;
  /** Milliseconds. */
  readonly createdAt: number;
}

export type Step =
  | { readonly do: 'remove'; readonly remote: RemoteEvent; readonly why: 'not wanted' | 'doubled' | 'changed there' }
  | { readonly do: 'store'; readonly source: string; readonly remote: RemoteEvent }
  | { readonly do: 'forget'; readonly source: string; readonly event: string }
  | { readonly do: 'add'; readonly event: string };

export interface PlaceFacts {
  /** Names of events, each once. */
  readonly desired: readonly string[];
  readonly remote: readonly RemoteEvent[];
  readonly tokens: readonly KeptToken[];
  /** Whether this is a token that was made for any place: one that was copied from another is ours all the same. */
  readonly isIssued: (token: string) => boolean;
  /** What stands in front of the token in our URLs. */
  readonly urlBase: string;
  readonly hash: (token: string) => string;
  /** Milliseconds. */
  readonly now: number;
}

export interface PlacePlan {
  /** In the order to do them: what makes room first. */
  readonly steps: readonly Step[];
  /** Ours and in order. */
  readonly kept: number;
  /** All ours, in order or not. */
  readonly ours: number;
  /** A token waits until it may be forgotten: whoever wants to be sure looks again. */
  readonly isUnsettled: boolean;
}

/** A request may be carried out so long after nobody waits for it any more, milliseconds. */
export const lateMs = 120_000;

interface Claimed {
  readonly remote: RemoteEvent;
  /** The token in its URL, if it is one that was made for this place. */
  readonly byUrl: KeptToken | null;
  readonly byId: KeptToken | null;
}

export function planPlace(facts: PlaceFacts): PlacePlan {
  const ours = claimedOf(facts);
  const chosen = new Map<string, Claimed>();
  for (const event of facts.desired) {
    const best = bestOf(ours.filter((one) => one.remote.event === event && isIntact(one, facts.urlBase)));
    if (best) chosen.set(event, best);
  }
  const kept = new Set([...chosen.values()]);
  const removals = ours.filter((one) => !kept.has(one)).map((one) => removal(one, facts));
  const stores = [...kept].flatMap(storing);
  const missing = facts.desired.filter((event) => !chosen.has(event));
  const { forgets, isUnsettled } = leftover(facts, ours);
  const adds = missing.map((event): Step => ({ do: 'add', event }));
  return { steps: [...stores, ...removals, ...forgets, ...adds], kept: kept.size, ours: ours.length, isUnsettled };
}

/** Runs of characters as our tokens have them, or longer; any alphabet, since the hash decides. */
const tokenLike = /[0-9A-Za-z]{32,}/g;
const tokenLength = 32;

/** Every text of a URL that may be a token of ours: of a longer run how it begins, and how it ends. */
export function tokensIn(url: string): string[] {
  return [...url.matchAll(tokenLike)].flatMap(([run]) => {
    const texts = new Set([run.slice(0, tokenLength), run.slice(-tokenLength)]);
    return [...texts];
  });
}

function claimedOf({ remote, tokens, isIssued, hash }: PlaceFacts): Claimed[] {
  const byHash = new Map(tokens.map((token) => [token.hash, token]));
  const byId = new Map(tokens.flatMap((token) => (token.remoteId === null ? [] : [[token.remoteId, token] as const])));
  return remote.flatMap((event) => {
    const texts = tokensIn(event.url);
    const byUrl = texts.flatMap((one) => byHash.get(hash(one)) ?? [])[0] ?? null;
    const claim = { remote: event, byUrl, byId: byId.get(event.id) ?? null };
    return claim.byUrl || claim.byId || texts.some(isIssued) ? [claim] : [];
  });
}

function isIntact({ remote, byUrl }: Claimed, urlBase: string): boolean {
  if (!byUrl || byUrl.event !== remote.event || !remote.isSent) return false;
  return sameUrl(remote.url.slice(0, -tokenLength), urlBase) && remote.url.length === urlBase.length + tokenLength;
}

/** Host and scheme may come back in another case. */
const sameUrl = (one: string, other: string): boolean => normal(one) === normal(other);
const normal = (url: string): string => URL.parse(url)?.href ?? url;

/** The one whose id is kept already comes first, so that nothing changes without need. */
const bestOf = (all: readonly Claimed[]): Claimed | undefined =>
  all.find(({ byUrl, remote }) => byUrl?.remoteId === remote.id) ?? all[0];

function removal(one: Claimed, { desired, urlBase }: PlaceFacts): Step {
  const { remote } = one;
  if (!desired.includes(remote.event)) return { do: 'remove', remote, why: 'not wanted' };
  return { do: 'remove', remote, why: isIntact(one, urlBase) ? 'doubled' : 'changed there' };
}

function storing({ remote, byUrl }: Claimed): Step[] {
  return byUrl && byUrl.remoteId !== remote.id ? [{ do: 'store', source: byUrl.source, remote }] : [];
}

function leftover({ tokens, now }: PlaceFacts, ours: readonly Claimed[]) {
  const inUse = new Set(ours.flatMap(({ byUrl, byId }) => [byUrl?.source, byId?.source]));
  const unused = tokens.filter(({ source }) => !inUse.has(source));
  const isRipe = ({ remoteId, createdAt }: KeptToken): boolean => remoteId !== null || now - createdAt >= lateMs;
  const forgets = unused.filter(isRipe).map(({ source, event }): Step => ({ do: 'forget', source, event }));
  return { forgets, isUnsettled: forgets.length < unused.length };
}
