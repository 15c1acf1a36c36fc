import type { ReportSource } from '../model/report-source.ts';
import type { Alongside } from './alongside.ts';

/**
 * SourceStore: ways in for other systems' notifications, their tokens as hashes. Whoever looks them up holds them all;
 * this port only makes them durable.
 *
 * Every driver passes `test/conformance/source-store.ts`.
 */
export interface SourceStore {
  /** In order of their numbers. */
  load(): Promise<readonly ReportSource[]>;
  /** Never given out before, not even to what was deleted since. */
  nextNumber(): Promise<number>;
  /** New or replaced. */
  put(source: ReportSource, alongside?: Alongside): Promise<void>;
  remove(numbers: readonly number[], alongside?: Alongside): Promise<void>;
}
