/**
 * Carries out plans for one place, step by step, and remembers what became of it. A token is durable before an event with it
 * is asked for, and is dropped only when it is certain that there is no such event.
 */
import type { RemoteEvent, RemoteRegistry, RemoteTrouble } from '../../model/remote-registry.ts';
import type { PlannedStep } from '../../model/registration.ts';
import type { DesiredPlace } from './desired.ts';
import type { PlacedToken, TokenKeeper } from './keeper.ts';
import type { PlacePlan, Step } from './plan.ts';
import { limitWords, plannedStep, refusedWords } from './words.ts';

export interface WorkDeps {
  readonly registry: RemoteRegistry;
  readonly keeper: TokenKeeper;
  readonly urlBase: string;
}

/** Events at the place, and how many of them are ours. */
interface Counts {
  readonly all: number;
  readonly ours: number;
}

export class PlaceWork {
  tokens: readonly PlacedToken[];
  added = 0;
  removed = 0;
  readonly steps: PlannedStep[] = [];
  /** Events that are not to be asked for again in this run. */
  readonly refused = new Set<string>();
  /** Tokens of events that it said in this run to have made: a list that lacks them lags behind. */
  readonly acknowledged = new Set<string>();
  /** The first thing that is not as it should be, in words. */
  problem: string | null = null;
  /** Nothing else would work either. */
  trouble: RemoteTrouble | null = null;
  /** Of the last round: an answer that did not come, so that the rest was left for another list. */
  lost: RemoteTrouble | null = null;
  readonly #desired: DesiredPlace;
  readonly #deps: WorkDeps;

  constructor(desired: DesiredPlace, tokens: readonly PlacedToken[], deps: WorkDeps) {
    this.#desired = desired;
    this.tokens = tokens;
    this.#deps = deps;
  }

  async carryOut({ steps, ours }: PlacePlan, listed: readonly RemoteEvent[]): Promise<void> {
    this.lost = null;
    let there: Counts = { all: listed.length, ours };
    for (const step of steps) {
      const change = await this.#do(step, there);
      there = { all: there.all + change, ours: there.ours + change };
      if (this.trouble || this.lost) return;
    }
  }

  /** How many more events there are afterwards. */
  async #do(step: Step, there: Counts): Promise<number> {
    switch (step.do) {
      case 'store':
        await this.#store(step.source, step.remote.id);
        return 0;
      case 'forget':
        await this.#forget(step.source);
        return 0;
      case 'remove':
        return (await this.#remove(step)) ? -1 : 0;
      case 'add':
        return (await this.#add(step, there)) ? 1 : 0;
    }
  }

  async #store(source: string, id: string): Promise<void> {
    await this.#deps.keeper.store(source, id);
    this.tokens = this.tokens.map((token) => (token.source === source ? { ...token, remoteId: id } : token));
  }

  async #forget(source: string): Promise<void> {
    await this.#deps.keeper.forget(source);
    this.tokens = this.tokens.filter((token) => token.source !== source);
  }

  async #remove(step: Extract<Step, { do: 'remove' }>): Promise<boolean> {
    const removed = await this.#deps.registry.remove(this.#desired.place, step.remote);
    if ('trouble' in removed) {
      // Where somebody else was faster, the next list shows it.
      if (removed.trouble.kind !== 'gone') this.#fail(removed.trouble, 'an event of ours can’t be removed');
      return removed.trouble.kind === 'gone';
    }
    for (const { source, remoteId } of this.tokens) if (remoteId === step.remote.id) this.acknowledged.delete(source);
    this.removed++;
    this.steps.push(plannedStep(this.#desired.place, step));
    return true;
  }

  async #add(step: Extract<Step, { do: 'add' }>, there: Counts): Promise<boolean> {
    const { registry, keeper, urlBase } = this.#deps;
    const { place, extension } = this.#desired;
    const made = await keeper.make(place, extension, step.event);
    if ('problem' in made) {
      this.problem ??= `${place.name}: no token can be made for ${step.event}: ${made.problem}`;
      this.refused.add(step.event);
      return false;
    }
    this.tokens = [...this.tokens, made.kept];
    const added = await registry.add(place, step.event, urlBase + made.token);
    if ('trouble' in added) {
      await this.#notAdded(step.event, made.kept.source, added.trouble, there);
      return false;
    }
    if (added.value !== null) {
      await this.#store(made.kept.source, added.value);
      this.acknowledged.add(made.kept.source);
    }
    this.added++;
    this.steps.push(plannedStep(place, step));
    return true;
  }

  async #notAdded(event: string, source: string, trouble: RemoteTrouble, there: Counts): Promise<void> {
    // Perhaps it was made: the token stays, so that it is known as ours.
    if (trouble.kind === 'unavailable' || trouble.kind === 'stopped') return this.#fail(trouble, '');
    await this.#forget(source);
    this.refused.add(event);
    if (trouble.kind === 'limit') this.problem ??= limitWords(this.#desired.place, event, there, trouble);
    else this.#fail(trouble, `${event} can’t be added`);
  }

  #fail(trouble: RemoteTrouble, what: string): void {
    if (trouble.kind === 'unavailable') this.lost = trouble;
    else if (trouble.kind === 'credentials' || trouble.kind === 'stopped') this.trouble = trouble;
    else this.problem ??= refusedWords(this.#desired.place, what, trouble);
  }
}
