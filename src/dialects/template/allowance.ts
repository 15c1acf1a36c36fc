/**
 * What the templates of one request may do together, bounded twice: by what they do (parts rendered, characters and
 * elements made), which is the same every time, and by processor time as a fuse for what is not counted. Not by the
 * clock: a busy machine must not make a good template fail.
 */
import { threadMs } from '../../kit/thread-time.ts';
import { templateLimits } from './catalog.ts';

/** Parts, filters and comparisons between two looks at the processor time, which take 1 µs each. */
const lookEvery = 32;

export class Allowance {
  #steps = 0;
  #made = 0;
  #turns = 0;
  #start = 0;

  /** To be called before each part. @throws Error when there has been enough */
  step(): void {
    if (++this.#steps > templateLimits.steps) throw new Error(`it takes over ${templateLimits.steps} steps`);
    this.#turn();
  }

  /** Before so many characters or elements are made or compared. @throws Error when there has been enough */
  use(count: number): void {
    if (count > 0) this.#made += count;
    if (this.#made > templateLimits.memory) {
      throw new Error(`it takes too much memory: over ${templateLimits.memory} characters and elements`);
    }
    this.#turn();
  }

  #turn(): void {
    if (++this.#turns % lookEvery !== 0) return;
    if (this.#turns === lookEvery) this.#start = threadMs();
    else if (threadMs() - this.#start > templateLimits.processorMs) {
      throw new Error('it takes too much processor time');
    }
  }
}
