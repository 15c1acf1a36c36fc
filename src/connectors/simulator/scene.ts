import type { Notice, Step, Story, TimedStep } from './step.ts';

/** Writes a story down: what happens, one thing after the other, in times of real life that are then made faster. */
export class Scene {
  readonly #speed: number;
  readonly #steps: TimedStep[] = [];
  #elapsed = 0;

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Lets time go by; whole milliseconds, at least one, so that what follows is later. */
  wait(ms: number): this {
    this.#elapsed += Math.max(1, Math.round(ms / this.#speed));
    return this;
  }

  /** Happens now, in the story's main call unless another is named. */
  now(step: Step, call = 0): this {
    this.#steps.push({ after: this.#elapsed, call, step });
    return this;
  }

  notice(step: Notice): this {
    this.#steps.push({ after: this.#elapsed, call: null, step });
    return this;
  }

  /** Milliseconds since the story began. */
  get elapsed(): number {
    return this.#elapsed;
  }

  get story(): Story {
    return this.#steps;
  }
}
