/**
 * Brings one place of the other system into step.
 *
 *   listing ── nothing to do ──> in step
 *   listing ── something to do ──> doing ── all of it kept here alone ──> in step
 *                                   doing ── changed there, or an answer was lost ──> listing again, at most `rounds` times
 *   doing ── an add is refused ──> listing for what is left, without it;  then out of step, with the reason
 *   listing ── no answer ──> broken off;   ── any: no log-in, stopping ──> broken off
 *
 * What it said to have made, and its next list lacks, is not asked for again: it is looked for later.
 *
 * It ends only with a list that shows what is there: so a lost answer, a request that was carried out twice, or a crash
 * between any two steps leaves nothing that the next list does not bring in order.
 */
import type { RemoteEvent, RemoteTrouble } from '../../model/remote-registry.ts';
import type { PlannedStep } from '../../model/registration.ts';
import { PlaceWork, type WorkDeps } from './place-work.ts';
import type { DesiredPlace } from './desired.ts';
import type { PlacedToken } from './keeper.ts';
import { type PlacePlan, planPlace, type Step } from './plan.ts';
import { doubtfulWords, plannedStep, refusedWords } from './words.ts';

export interface PlaceSyncDeps extends WorkDeps {
  readonly isIssued: (token: string) => boolean;
  readonly now: () => number;
  readonly dryRun: boolean;
}

export interface PlaceOutcome {
  readonly kept: number;
  readonly added: number;
  readonly removed: number;
  /** Adds that the other system would not make. */
  readonly refused: number;
  readonly steps: readonly PlannedStep[];
  /** In words; null: in step, or broken off. */
  readonly problem: string | null;
  /** It may come into step by itself when it is tried again later. */
  readonly isPassing: boolean;
  /** It has to be looked at again for what can't be settled yet. */
  readonly isUnsettled: boolean;
  /** Why it was broken off; null: it was not. */
  readonly trouble: RemoteTrouble | null;
}

const rounds = 4;

export async function syncPlace(
  desired: DesiredPlace,
  tokens: readonly PlacedToken[],
  deps: PlaceSyncDeps,
): Promise<PlaceOutcome> {
  const { place } = desired;
  const work = new PlaceWork(desired, tokens, deps);
  for (let round = 1; ; round++) {
    const listed = await list(desired, deps);
    if ('trouble' in listed) return outcomeOf(desired, work, null, listed);
    const plan = planOf(desired, listed.events, work, deps);
    if (deps.dryRun) return shown(desired, plan);
    const isLast = !plan.steps.some(isRemote);
    if (round > rounds && !isLast) {
      const problem = work.lost ? refusedWords(place, 'it does not come to an end', work.lost) : doubtfulWords(place);
      return { ...outcomeOf(desired, work, plan), problem, isPassing: work.lost !== null };
    }
    await work.carryOut(plan, listed.events);
    if (isLast || work.trouble) return outcomeOf(desired, work, plan);
  }
}

/** What the other system has to do. */
const isRemote = ({ do: what }: Step): boolean => what === 'add' || what === 'remove';

type Listed = { readonly events: readonly RemoteEvent[] } | { readonly trouble: RemoteTrouble };

async function list({ place, events }: DesiredPlace, { registry }: PlaceSyncDeps): Promise<Listed> {
  const listed = await registry.list(place);
  if ('value' in listed) return { events: listed.value };
  // With the extension its events went too.
  return listed.trouble.kind === 'gone' && events.length === 0 ? { events: [] } : listed;
}

function planOf(
  { events: desired }: DesiredPlace,
  remote: readonly RemoteEvent[],
  work: PlaceWork,
  { isIssued, urlBase, keeper, now }: PlaceSyncDeps,
): PlacePlan {
  const hash = (token: string): string => keeper.hash(token);
  const plan = planPlace({ desired, remote, tokens: work.tokens, isIssued, urlBase, hash, now: now() });
  const unlisted = plan.steps.filter((step) => step.do === 'forget' && work.acknowledged.has(step.source));
  const isAwaited = (event: string): boolean => unlisted.some((step) => step.do === 'forget' && step.event === event);
  const isOpen = (step: Step): boolean =>
    step.do === 'add' ? !work.refused.has(step.event) && !isAwaited(step.event) : !unlisted.includes(step);
  return { ...plan, steps: plan.steps.filter(isOpen), isUnsettled: plan.isUnsettled || unlisted.length > 0 };
}

const nothing = { kept: 0, added: 0, removed: 0, refused: 0, isPassing: false, isUnsettled: false, trouble: null };

function shown({ place }: DesiredPlace, { steps, kept }: PlacePlan): PlaceOutcome {
  const count = (what: Step['do']): number => steps.filter((step) => step.do === what).length;
  const counts = { kept, added: count('add'), removed: count('remove') };
  return { ...nothing, ...counts, problem: null, steps: steps.map((step) => plannedStep(place, step)) };
}

/** @param listing why there is no list to go by; absent: there was one */
function outcomeOf(
  { place }: DesiredPlace,
  work: PlaceWork,
  plan: PlacePlan | null,
  listing?: { readonly trouble: RemoteTrouble },
): PlaceOutcome {
  const ending = work.trouble ?? (listing && isEnd(listing.trouble) ? listing.trouble : null);
  const unread = listing && !ending ? refusedWords(place, 'its events can’t be read', listing.trouble) : null;
  const { added, removed, steps } = work;
  return {
    ...nothing,
    ...{ added, removed, steps, kept: plan?.kept ?? 0, refused: work.refused.size },
    isUnsettled: plan?.isUnsettled ?? false,
    problem: work.problem ?? unread,
    trouble: ending,
  };
}

/** Nothing else would work either. */
const isEnd = ({ kind }: RemoteTrouble): boolean =>
  kind === 'unavailable' || kind === 'credentials' || kind === 'stopped';
