/** Orders of erasures for the API, under the caller's scope. What becomes of one is written in `eraser.ts`. */
import type { Service } from '../kit/service.ts';
import type { Author } from '../model/audit.ts';
import { type Access, mayAccessScope } from '../model/scope.ts';
import { type ErasureOrder, noErasures, type StoredErasure } from '../records/erasure-store.ts';
import { accessOf, type ErasureDeps, type ErasureScope } from './deps.ts';
import { dryRun } from './dry-run.ts';
import { createEraser, type Eraser } from './eraser.ts';
import { Erasure } from './erasure.ts';
import { erasureOrdered } from './erasure-facts.ts';
import type { ErasureManager, ErasureRefusal, ErasureRequest, ErasureView } from './management.ts';

export interface ErasureManagerDeps extends ErasureDeps {
  /** A domain the caller names; null: it is none of theirs. */
  readonly scopeOf: (access: Access, domain: string) => ErasureScope | null;
}

/** Not done, at once: of all, and of one scope. */
const mostOpen = 1_000;
const mostOpenOfOne = 50;
/** Dry runs that wait for each other at most. */
const mostDryRuns = 5;

type Refused = { readonly refusal: ErasureRefusal };
type Ordered = { readonly erasure: ErasureView } | Refused;

const isOf = (access: Access, { order }: Erasure): boolean => mayAccessScope(access, accessOf(order.scope));
const sameScope = (one: ErasureScope, two: ErasureScope): boolean =>
  one.reseller === two.reseller && one.domain === two.domain;

class LiveErasureManager implements ErasureManager, Service {
  readonly #deps: ErasureManagerDeps;
  readonly #eraser: Eraser;
  readonly #erasures = new Map<number, Erasure>();
  #dryRuns = 0;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(deps: ErasureManagerDeps) {
    this.#deps = deps;
    this.#eraser = createEraser(deps);
  }

  /** Those that are not done go on. */
  async start(): Promise<void> {
    for (const stored of await this.#deps.store.load()) this.#add(stored);
    await this.#eraser.start();
  }

  stop(): Promise<void> {
    return this.#eraser.stop();
  }

  #add(stored: StoredErasure): Erasure {
    const erasure = new Erasure(stored);
    this.#erasures.set(stored.order.number, erasure);
    if (!erasure.isDone) this.#eraser.add(erasure);
    return erasure;
  }

  list(access: Access, { before, limit }: Parameters<ErasureManager['list']>[1]): readonly ErasureView[] {
    return [...this.#erasures.values()]
      .toReversed()
      .filter((erasure) => erasure.order.number < before && isOf(access, erasure))
      .slice(0, limit)
      .map(viewOf);
  }

  get(access: Access, number: number): ErasureView | null {
    const erasure = this.#erasures.get(number);
    return erasure && isOf(access, erasure) ? viewOf(erasure) : null;
  }

  async order(access: Access, { spellings, domain }: ErasureRequest, author: Author): Promise<Ordered> {
    const { clock, log, store } = this.#deps;
    const scope = this.#scopeOf(access, domain);
    if ('refusal' in scope) return scope;
    if (this.#isFull(scope)) return { refusal: { kind: 'too_many' } };
    const { id, name } = author;
    const order: ErasureOrder = {
      number: await store.nextNumber(),
      scope,
      log: log.id,
      upTo: log.head(),
      createdAt: Math.round(clock.now()),
      author: { id, name },
    };
    const progress = {
      stage: 'log',
      cursor: 0,
      tailTo: 0,
      counts: noErasures,
      liveCalls: 0,
      remains: 0,
      endedAt: null,
    } as const;
    const stored: StoredErasure = { order, progress, spellings };
    await store.put(stored, erasureOrdered(author, order));
    return { erasure: viewOf(this.#add(stored)) };
  }

  /** What is asked for, as far as the caller may see. */
  #scopeOf(access: Access, domain: string | null): ErasureScope | Refused {
    if (domain === null) return { reseller: access.reseller, domain: access.domain };
    return this.#deps.scopeOf(access, domain) ?? { refusal: { kind: 'outside_scope' } };
  }

  #isFull(scope: ErasureScope): boolean {
    const open = [...this.#erasures.values()].filter(({ isDone }) => !isDone);
    return open.length >= mostOpen || open.filter(({ order }) => sameScope(order.scope, scope)).length >= mostOpenOfOne;
  }

  /** One after the other, so that they don't take the store's reader from everybody else. */
  async dryRun(access: Access, { spellings, domain }: ErasureRequest): ReturnType<ErasureManager['dryRun']> {
    const scope = this.#scopeOf(access, domain);
    if ('refusal' in scope) return scope;
    if (this.#dryRuns >= mostDryRuns) return { refusal: { kind: 'busy' } };
    this.#dryRuns++;
    const turn = this.#turns.then(() => dryRun(this.#deps, spellings, scope)).finally(() => this.#dryRuns--);
    this.#turns = turn.catch(() => {});
    return { result: await turn };
  }

  async forget(endedBefore: number): Promise<void> {
    const old = [...this.#erasures.values()].filter(({ progress }) => (progress.endedAt ?? Infinity) < endedBefore);
    if (old.length === 0) return;
    const numbers = old.map(({ order }) => order.number);
    await this.#deps.store.remove(numbers);
    for (const number of numbers) this.#erasures.delete(number);
  }
}

function viewOf(erasure: Erasure): ErasureView {
  const { order, progress, share, trouble, isDone, running } = erasure;
  const state = isDone ? 'done' : running ? 'running' : 'queued';
  return { order, progress, state, share, trouble };
}

export const createErasures = (deps: ErasureManagerDeps): ErasureManager & Service => new LiveErasureManager(deps);
