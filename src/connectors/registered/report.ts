/** What a run did so far, for those who look. Bounded: a large office has thousands of steps. */
import type { PlannedStep, RegistrationCounts, RegistrationReport } from '../../model/registration.ts';
import type { PlaceOutcome } from './place-sync.ts';

const mostSteps = 200;
const mostProblems = 50;

export class RunReport {
  readonly #dryRun: boolean;
  readonly #startedAt: number;
  #endedAt: number | null = null;
  #counts = { looked: 0, of: 0, kept: 0, added: 0, removed: 0 };
  readonly #steps: PlannedStep[] = [];
  #moreSteps = 0;
  readonly #problems: string[] = [];
  #moreProblems = 0;

  constructor(dryRun: boolean, startedAt: number) {
    this.#dryRun = dryRun;
    this.#startedAt = startedAt;
  }

  get counts(): RegistrationCounts {
    return this.#counts;
  }

  willLookAt(of: number): void {
    this.#counts.of = of;
  }

  add({ kept, added, removed, steps, problem }: PlaceOutcome): void {
    const counts = this.#counts;
    const { looked, of } = counts;
    const sums = { kept: counts.kept + kept, added: counts.added + added, removed: counts.removed + removed };
    this.#counts = { looked: looked + 1, of, ...sums };
    for (const step of steps) {
      if (this.#steps.length < mostSteps) this.#steps.push(step);
      else this.#moreSteps++;
    }
    if (problem !== null) this.problem(problem);
  }

  problem(text: string): void {
    if (this.#problems.length < mostProblems) this.#problems.push(text);
    else this.#moreProblems++;
  }

  end(at: number): void {
    this.#endedAt = at;
  }

  view(): RegistrationReport {
    return {
      dryRun: this.#dryRun,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      counts: this.#counts,
      steps: [...this.#steps],
      moreSteps: this.#moreSteps,
      problems: [...this.#problems],
      moreProblems: this.#moreProblems,
    };
  }
}
