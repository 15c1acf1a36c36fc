import { idFromFacts } from '../../kit/ids.ts';
import { Desk } from './desk.ts';
import { drawFor } from './draw.ts';
import { chooseCall, morning, pause, textMessages, type Stage } from './scenarios/index.ts';
import type { Story } from './step.ts';

/** A story that begins at a given time. Stories are numbered from 0. */
export interface Performance {
  readonly number: number;
  readonly at: number;
  readonly story: Story;
}

const firstCallAfterMs = 400;
const pauseShare = 0.04;
const textShare = 0.08;
/** Arrivals draw from a sequence of their own, so that what happens in a story does not move the next one. */
const arrivals = 0x7fffffff;
const msPerMinute = 60_000;

/** Which stories are played when: all of it follows from the seed and the time it starts. */
export class Programme {
  readonly #about: { readonly connector: string; readonly seed: number; readonly speed: number };
  readonly #arrivals;
  readonly #perMs: number;
  readonly #desk = new Desk();
  readonly #startMs: number;
  #number = 0;
  #nextCallAt: number;

  constructor(about: {
    readonly connector: string;
    readonly seed: number;
    readonly speed: number;
    readonly ratePerMinute: number;
    readonly startMs: number;
  }) {
    this.#about = about;
    this.#arrivals = drawFor(about.seed, arrivals);
    this.#perMs = about.ratePerMinute / msPerMinute;
    this.#startMs = about.startMs;
    this.#nextCallAt = about.startMs + firstCallAfterMs;
  }

  /** When the next stories begin; null: never. */
  get nextAt(): number | null {
    if (this.#number === 0) return this.#startMs;
    return this.#perMs > 0 ? this.#nextCallAt : null;
  }

  /** The stories that begin then. Agents log in first; then comes call after call, and now and then something beside. */
  next(): readonly Performance[] {
    if (this.#number === 0) return [this.#write(this.#startMs, () => morning)];
    const at = this.#nextCallAt;
    this.#nextCallAt = at + Math.max(1, Math.round(this.#arrivals.gap(this.#perMs)));
    const performances = [this.#write(at, ({ draw }) => chooseCall(draw))];
    if (this.#arrivals.chance(pauseShare)) performances.push(this.#write(at, () => pause));
    if (this.#arrivals.chance(textShare)) performances.push(this.#write(at, () => textMessages));
    return performances;
  }

  #write(at: number, choose: (stage: Stage) => (stage: Stage) => { readonly story: Story }): Performance {
    const number = this.#number++;
    const { seed, speed } = this.#about;
    const callId = (index: number): string => this.callId(at, number, index);
    const stage: Stage = { draw: drawFor(seed, number), desk: this.#desk, at, speed, callId };
    return { number, at, story: choose(stage)(stage).story };
  }

  /** Id of a story's call: made from the time the story begins, so that runs of one seed at other times differ. */
  callId(at: number, story: number, index: number): string {
    return idFromFacts(at, this.#about.connector, this.#about.seed, story, index);
  }
}
