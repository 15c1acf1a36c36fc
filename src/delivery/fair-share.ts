/**
 * Who may start a request now, so that no endpoint lives at the cost of others. Requests under way are limited over all
 * lanes together, and a receiver that hangs holds each of its requests until they time out.
 *
 *   - A lane may start one more while it has fewer under way than are still free. So lanes that take all they can get
 *     always leave some: one alone half of all, eight of them a ninth. No share has to be set aside for lanes at rest.
 *   - Lanes whose breaker is open have a quarter of all together: their probes may all hang.
 *   - Whoever may not start waits in line, and gets one unit when its turn comes, then lines up again.
 */
import { Queue } from '../kit/queue.ts';
import type { Unit } from './lane/unit.ts';
import type { LaneState } from './lane-table.ts';

/** Of a line, in one look: each is a few comparisons. */
const mostRefused = 256;

const probing = ({ lane }: LaneState): boolean => lane.breaker.state === 'open';

/** Lanes in line, each once. */
class Line {
  readonly #states = new Queue<LaneState>();
  readonly #members = new Set<LaneState>();

  get size(): number {
    return this.#members.size;
  }

  has(state: LaneState): boolean {
    return this.#members.has(state);
  }

  join(state: LaneState): void {
    if (this.#members.has(state)) return;
    this.#members.add(state);
    this.#states.push(state);
  }

  next(): LaneState | undefined {
    const state = this.#states.shift();
    if (state) this.#members.delete(state);
    return state;
  }
}

export class FairShare {
  readonly #most: number;
  readonly #blocked: () => boolean;
  #underWay = 0;
  #probes = 0;
  readonly #line = new Line();
  /** A line of its own, since probes may have to wait for one another while there is room for everybody else. */
  readonly #probeLine = new Line();

  /** @param blocked whether no request may start at all, whoever's */
  constructor(most: number, blocked: () => boolean) {
    this.#most = most;
    this.#blocked = blocked;
  }

  /** Requests under way, over all lanes. */
  get underWay(): number {
    return this.#underWay;
  }

  mayStart(state: LaneState): boolean {
    if (this.#blocked() || state.lane.inFlight >= this.#most - this.#underWay) return false;
    return !probing(state) || this.#probes * 4 < this.#most;
  }

  started(state: LaneState, unit: Unit): void {
    this.#underWay++;
    unit.probe = probing(state);
    if (unit.probe) this.#probes++;
  }

  ended(unit: Unit): void {
    this.#underWay--;
    if (unit.probe) this.#probes--;
  }

  /** Others have come before, so that this one has to line up behind them. */
  isCrowded(state: LaneState): boolean {
    return (probing(state) ? this.#probeLine : this.#line).size > 0;
  }

  waits(state: LaneState): boolean {
    return this.#line.has(state) || this.#probeLine.has(state);
  }

  lineUp(state: LaneState): void {
    (probing(state) ? this.#probeLine : this.#line).join(state);
  }

  /** @param startOne starts one unit of the lane; false: it has none */
  serve(startOne: (state: LaneState) => boolean): void {
    this.#serve(this.#line, startOne);
    this.#serve(this.#probeLine, startOne);
  }

  /** A look at a few that have as much as they may get is enough: the end of each request brings the next look. */
  #serve(line: Line, startOne: (state: LaneState) => boolean): void {
    for (let refused = 0; refused < Math.min(mostRefused, line.size) && !this.#full; ) {
      const state = line.next() as LaneState;
      if (!this.mayStart(state)) {
        refused++;
        this.lineUp(state);
      } else if (startOne(state)) {
        refused = 0;
        this.lineUp(state);
      }
    }
  }

  get #full(): boolean {
    return this.#underWay >= this.#most || this.#blocked();
  }
}
