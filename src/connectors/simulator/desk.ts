import { agents, colleagues, type Colleague } from './company.ts';
import type { Draw } from './draw.ts';

/** Who is free to talk: a colleague is in one conversation at a time, as long as there are enough of them. */
export class Desk {
  /** Milliseconds until which a colleague is taken, by extension. */
  readonly #takenUntil = new Map<string, number>();
  readonly #pausedUntil = new Map<string, number>();

  isFree(colleague: Colleague, at: number): boolean {
    return (this.#takenUntil.get(colleague.extension) ?? 0) <= at;
  }

  take(colleague: Colleague, until: number): void {
    this.#takenUntil.set(colleague.extension, until);
  }

  pause(colleague: Colleague, until: number): void {
    this.#pausedUntil.set(colleague.extension, until);
  }

  /** Agents the queue may call now, in an order that differs each time. */
  freeAgents(draw: Draw, at: number): readonly Colleague[] {
    const free = agents.filter(
      (agent) => this.isFree(agent, at) && (this.#pausedUntil.get(agent.extension) ?? 0) <= at,
    );
    const first = draw.between(0, Math.max(0, free.length - 1));
    return [...free.slice(first), ...free.slice(0, first)];
  }

  /** A colleague who is free and none of `not`; when all are taken, anyone. */
  someone(draw: Draw, at: number, ...not: readonly Colleague[]): Colleague {
    const others = colleagues.filter((colleague) => !not.includes(colleague));
    const free = others.filter((colleague) => this.isFree(colleague, at));
    const [first = colleagues[0], ...rest] = free.length > 0 ? free : others;
    return draw.one([first, ...rest]);
  }
}
