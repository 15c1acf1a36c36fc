/** Reports that wait for others of their call, each for a bounded time. */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { LegReport } from '../../model/report.ts';

interface Waiting {
  readonly report: LegReport;
  readonly timer: Timer;
  readonly tell: (inTime: boolean) => void;
}

/** Of one phone system; more are taken as they come. */
const mostWaiting = 10_000;

const stages: readonly LegReport['stage'][] = ['dial', 'answer', 'hangup'];

export class WaitingReports {
  readonly #clock: Clock;
  /** By call, in the order in which they came. */
  readonly #calls = new Map<string, Waiting[]>();
  #size = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves to true when woken, or when it has waited long enough; to false when given up. */
  wait(report: LegReport, longestMs: number): Promise<boolean> {
    if (this.#size >= mostWaiting) return Promise.resolve(true);
    this.#size++;
    return new Promise((tell) => {
      const timer = this.#clock.schedule(longestMs, () => this.#end(one, true));
      const one: Waiting = { report, timer, tell };
      const others = this.#calls.get(report.callId);
      if (others) others.push(one);
      else this.#calls.set(report.callId, [one]);
    });
  }

  /** Those of the call whose turn has come: what a hang-up would have to guess, an answer that came after it may know. */
  wake(callId: string, isDue: (report: LegReport) => boolean): void {
    const due = (this.#calls.get(callId) ?? []).filter(({ report }) => isDue(report));
    const inOrder = due.toSorted((one, other) => stages.indexOf(one.report.stage) - stages.indexOf(other.report.stage));
    for (const one of inOrder) this.#end(one, true);
  }

  giveUp(): void {
    for (const all of [...this.#calls.values()]) for (const one of [...all]) this.#end(one, false);
  }

  #end(one: Waiting, inTime: boolean): void {
    const { callId } = one.report;
    const all = this.#calls.get(callId);
    const index = all?.indexOf(one) ?? -1;
    if (all === undefined || index < 0) return;
    all.splice(index, 1);
    if (all.length === 0) this.#calls.delete(callId);
    this.#size--;
    one.timer.cancel();
    one.tell(inTime);
  }
}
