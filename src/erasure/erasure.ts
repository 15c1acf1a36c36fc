/** One erasure while the process runs: what was ordered, how far it is, and the number as long as it is looked for. */
import { type ErasedNumber, erasedNumber } from '../model/erasure/erased-number.ts';
import {
  type ErasureCounts,
  type ErasureOrder,
  type ErasureProgress,
  type ErasureStage,
  erasureStages,
  type StoredErasure,
} from '../records/erasure-store.ts';

export class Erasure {
  readonly order: ErasureOrder;
  #progress: ErasureProgress;
  #number: ErasedNumber | null;
  trouble: string | null = null;
  running = false;

  constructor({ order, progress, spellings }: StoredErasure) {
    this.order = order;
    this.#progress = progress;
    this.#number = spellings && erasedNumber(spellings);
  }

  get progress(): ErasureProgress {
    return this.#progress;
  }

  get isDone(): boolean {
    return this.#progress.stage === null;
  }

  get knowsNumber(): boolean {
    return this.#number !== null;
  }

  /** Not to be asked for once it has come to the disk. */
  get number(): ErasedNumber {
    if (!this.#number) throw new Error('an erasure has forgotten its number before its end');
    return this.#number;
  }

  /** It has come this far within its stage. */
  moveTo(cursor: number): void {
    this.#progress = { ...this.#progress, cursor };
  }

  count(what: keyof ErasureCounts, more: number): void {
    const { counts } = this.#progress;
    this.#progress = { ...this.#progress, counts: { ...counts, [what]: counts[what] + more } };
  }

  tailTo(seq: number): void {
    this.#progress = { ...this.#progress, tailTo: seq };
  }

  liveCalls(count: number): void {
    this.#progress = { ...this.#progress, liveCalls: count };
  }

  remains(count: number): void {
    this.#progress = { ...this.#progress, remains: count };
  }

  /** What comes after its stage, from the beginning; nothing after the last one. */
  nextStage(now: number): void {
    const at = erasureStages.indexOf(this.#progress.stage as ErasureStage);
    const stage = erasureStages[at + 1] ?? null;
    if (stage === null || stage === 'disk') this.#number = null;
    this.#progress = { ...this.#progress, stage, cursor: 0, endedAt: stage === null ? Math.round(now) : null };
  }

  /** Stages count alike, but for the log, which is most of the work. */
  get share(): number {
    const { stage, cursor } = this.#progress;
    if (stage === null) return 1;
    const at = erasureStages.indexOf(stage);
    const logShare = 0.5;
    if (stage === 'log') return this.order.upTo === 0 ? 0 : logShare * Math.min(1, cursor / this.order.upTo);
    return logShare + ((1 - logShare) * (at - 1)) / (erasureStages.length - 1);
  }
}
