/**
 * Brings one place of the other system into step.
 *
 *   listing ── nothing to do ──> in step
 *   listing ── something to do ──> doing ── all of it kept here alone ──> in step
 *                                   doing ── changed there, or an answer was lost ──> listing again, at most `rounds` times
 *   doing ── an add is refused ──> listing for what is left, without adds;  then out of step, with the reason
 *   any ── no answer, no log-in, stopping ──> broken off
 *
 * It ends only with a list that shows what is there: so a lost answer, a request that was carried out twice, or a crash
 * between any two steps leaves nothing that the next list does not bring in order.
 */
import type { RemoteEvent, RemoteRegistry, RemoteTrouble } from '../../model/remote-registry.ts';
import type { PlannedStep } from '../../model/registration.ts';
import type { DesiredPlace } from './desired.ts';
import type { PlacedToken, TokenKeeper } from './keeper.ts';
import { type PlacePlan, planPlace, type Step } from './plan.ts';
import { doubtfulWords, limitWords, plannedStep, refusedWords } from './words.ts';

export interface PlaceSyncDeps {
  readonly registry: RemoteRegistry;
  readonly keeper: TokenKeeper;
  readonly isIssued: (hash: string) => boolean;
  readonly urlBase: string;
  readonly now: () => number;
  readonly dryRun: boolean;
}

export interface PlaceOutcome {
  kept: number;
  added: number;
  removed: number;
  /** Adds that the other system would not make. */
  refused: number;
  readonly steps: PlannedStep[];
  /** In words; null: in step, or broken off. */
  problem: string | null;
  /** It has to be looked at again for what can't be settled yet. */
  isUnsettled: boolean;
  /** Why it was broken off; null: it was not. */
  trouble: RemoteTrouble | null;
}

const rounds = 4;

export async function syncPlace(
  desired: DesiredPlace,
  tokens: readonly PlacedToken[],
  deps: PlaceSyncDeps,
): Promise<PlaceOutcome> {
  return new PlaceSync(desired, tokens, deps).run();
}

class PlaceSync {
  readonly #desired: DesiredPlace;
  readonly #deps: PlaceSyncDeps;
  #tokens: readonly PlacedToken[];
  /** Events that the other system would not add. */
  readonly #refused = new Set<string>();
  readonly #outcome: PlaceOutcome = {
    kept: 0,
    added: 0,
    removed: 0,
    refused: 0,
    steps: [],
    problem: null,
    isUnsettled: false,
    trouble: null,
  };

  constructor(desired: DesiredPlace, tokens: readonly PlacedToken[], deps: PlaceSyncDeps) {
    this.#desired = desired;
    this.#tokens = tokens;
    this.#deps = deps;
  }

  async run(): Promise<PlaceOutcome> {
    const outcome = this.#outcome;
    for (let round = 1; outcome.trouble === null; round++) {
      const listed = await this.#list();
      if (listed === null) return outcome;
      const plan = this.#plan(listed);
      outcome.kept = plan.kept;
      outcome.isUnsettled = plan.isUnsettled;
      if (round > rounds && plan.steps.some(isRemote)) {
        outcome.problem ??= doubtfulWords(this.#desired.place);
        return outcome;
      }
      if (this.#deps.dryRun) return this.#show(plan);
      await this.#carryOut(plan, listed);
      if (!plan.steps.some(isRemote)) return outcome;
    }
    return outcome;
  }

  #plan(remote: readonly RemoteEvent[]): PlacePlan {
    const { isIssued, urlBase, keeper, now } = this.#deps;
    const plan = planPlace({
      desired: this.#desired.events,
      remote,
      tokens: this.#tokens,
      isIssued,
      urlBase,
      hash: (token) => keeper.hash(token),
      now: now(),
    });
    return { ...plan, steps: plan.steps.filter((step) => step.do !== 'add' || !this.#refused.has(step.event)) };
  }

  /** Null: there is nothing to work on, and the outcome says why. */
  async #list(): Promise<readonly RemoteEvent[] | null> {
    const { place, events } = this.#desired;
    const listed = await this.#deps.registry.list(place);
    if ('value' in listed) return listed.value;
    const { trouble } = listed;
    // With the extension its events went too.
    if (trouble.kind === 'gone' && events.length === 0) return [];
    this.#fail(trouble, 'its events can’t be read');
    return null;
  }

  #fail(trouble: RemoteTrouble, what: string): void {
    if (isEnd(trouble)) this.#outcome.trouble = trouble;
    else this.#outcome.problem ??= refusedWords(this.#desired.place, what, trouble);
  }

  #show({ steps }: PlacePlan): PlaceOutcome {
    for (const step of steps) this.#note(step);
    return this.#outcome;
  }

  #note(step: Step): void {
    const { steps } = this.#outcome;
    if (step.do === 'add') this.#outcome.added++;
    if (step.do === 'remove') this.#outcome.removed++;
    steps.push(plannedStep(this.#desired.place, step));
  }

  async #carryOut({ steps, ours }: PlacePlan, listed: readonly RemoteEvent[]): Promise<void> {
    const removals = steps.filter(({ do: what }) => what === 'remove').length;
    let there = { all: listed.length - removals, ours: ours - removals };
    for (const step of steps) {
      if (this.#outcome.trouble) return;
      if (step.do === 'store') await this.#store(step.source, step.remote.id);
      else if (step.do === 'forget') await this.#forget(step.source);
      else if (step.do === 'remove') await this.#remove(step);
      else if (!(await this.#add(step, there))) continue;
      else there = { all: there.all + 1, ours: there.ours + 1 };
    }
  }

  async #store(source: string, id: string): Promise<void> {
    await this.#deps.keeper.store(source, id);
    this.#tokens = this.#tokens.map((token) => (token.source === source ? { ...token, remoteId: id } : token));
  }

  async #forget(source: string): Promise<void> {
    await this.#deps.keeper.forget(source);
    this.#tokens = this.#tokens.filter((token) => token.source !== source);
  }

  async #remove(step: Extract<Step, { do: 'remove' }>): Promise<void> {
    const { registry } = this.#deps;
    const removed = await registry.remove(this.#desired.place, step.remote);
    if ('value' in removed) return this.#note(step);
    // Somebody else was faster: the next list shows it.
    if (removed.trouble.kind !== 'gone') this.#fail(removed.trouble, 'an event of ours can’t be removed');
  }

  /** False: it was not made, or nobody knows. */
  async #add(step: Extract<Step, { do: 'add' }>, there: { readonly all: number; readonly ours: number }) {
    const { registry, keeper, urlBase } = this.#deps;
    const { place, extension } = this.#desired;
    const made = await keeper.make(place, extension, step.event);
    if ('problem' in made) {
      this.#outcome.problem ??= `${place.name}: no token can be made for ${step.event}: ${made.problem}`;
      this.#refused.add(step.event);
      return false;
    }
    this.#tokens = [...this.#tokens, made.kept];
    const added = await registry.add(place, step.event, urlBase + made.token);
    if ('value' in added) {
      if (added.value !== null) await this.#store(made.kept.source, added.value);
      this.#note(step);
      return true;
    }
    await this.#notAdded(step.event, made.kept.source, added.trouble, there);
    return false;
  }

  async #notAdded(
    event: string,
    source: string,
    trouble: RemoteTrouble,
    there: { readonly all: number; readonly ours: number },
  ): Promise<void> {
    const { place } = this.#desired;
    // Perhaps it was made: the token stays, so that it is known as ours.
    if (trouble.kind === 'unavailable' || trouble.kind === 'stopped')
      return this.#fail(trouble, 'no event can be added');
    await this.#forget(source);
    this.#refused.add(event);
    this.#outcome.refused++;
    if (trouble.kind === 'limit') this.#outcome.problem ??= limitWords(place, event, there, trouble);
    else this.#fail(trouble, `${event} can’t be added`);
  }
}

/** What the other system has to do. */
const isRemote = ({ do: what }: Step): boolean => what === 'add' || what === 'remove';

/** Nothing else would work either. */
const isEnd = ({ kind }: RemoteTrouble): boolean =>
  kind === 'unavailable' || kind === 'credentials' || kind === 'stopped';
