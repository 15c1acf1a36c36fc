/**
 * Takes in what other systems report: puts it in order, gives it to the book of its phone system, and has what that makes
 * of it in the log before the sender is answered. So nothing needs a store of its own: what was answered is in the log, and
 * what was not is sent again. After a restart a call is known from the live view, and an ended one from the journal.
 *
 * A report that comes before what must precede it (an answer or a hang-up before the call, the hang-up of a queue or a menu
 * while somebody is on the line) **waits** for that, for a bounded time, and so does its sender. Then it is taken as it is.
 */
import { ReportBook } from '../../calls/reported/book.ts';
import type { Reporter, Reports, Taken } from '../../calls/reports.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Service } from '../../kit/service.ts';
import type { NewEvent } from '../../model/event.ts';
import type { LegReport, Report } from '../../model/report.ts';
import type { NumberReader } from '../../model/numbers/index.ts';
import { Outbox } from '../outbox.ts';
import { earlyBy } from './early.ts';
import type { KnownCalls } from './known-calls.ts';
import { WaitingReports } from './waiting-reports.ts';

export interface IntakeParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Resolves when the events are durable; rejects when they are refused for now. */
  readonly accept: (events: readonly NewEvent[]) => Promise<void>;
  readonly calls: KnownCalls;
  readonly numbers: (domain: string) => NumberReader;
}

export interface ReportIntake extends Reports, Service {
  /** Calls that are remembered, ended ones too, and reports that wait. */
  figures(): { readonly calls: number; readonly waiting: number };
}

const tickEveryMs = 500;
const maxBufferedBytes = 64_000_000;
const handOverWithinMs = 5_000;

interface Desk {
  readonly reporter: Reporter;
  readonly book: ReportBook;
  readonly waiting: WaitingReports;
}

export function createReportIntake(parts: IntakeParts): ReportIntake {
  return new Intake(parts);
}

class Intake implements ReportIntake {
  readonly #parts: IntakeParts;
  readonly #desks = new Map<string, Desk>();
  readonly #outbox: Outbox;
  /** By call: what is looked up for it first. */
  readonly #lookUps = new Map<string, Promise<void>>();
  #full = false;
  #stopped = true;
  #timer: Timer | null = null;

  constructor(parts: IntakeParts) {
    const { clock, logger, accept } = parts;
    this.#parts = parts;
    this.#outbox = new Outbox({
      clock,
      logger,
      accept,
      maxBytes: maxBufferedBytes,
      full: () => void (this.#full = true),
      drained: () => void (this.#full = false),
    });
  }

  /** Calls from before are taken up when their phone system is first heard of, or now where they have to end by themselves. */
  async start(): Promise<void> {
    this.#stopped = false;
    for (const reporter of this.#parts.calls.reporters()) this.#deskOf(reporter);
    this.#tickLater();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    for (const { waiting } of this.#desks.values()) waiting.giveUp();
    await this.#outbox.close(handOverWithinMs);
  }

  figures() {
    const desks = [...this.#desks.values()];
    const sum = (of: (desk: Desk) => number): number => desks.reduce((total, desk) => total + of(desk), 0);
    return { calls: sum(({ book }) => book.size), waiting: sum(({ waiting }) => waiting.size) };
  }

  async take(reporter: Reporter, report: Report): Promise<Taken> {
    if (this.#stopped || this.#full) return 'busy';
    const desk = this.#deskOf(reporter);
    return this.#takeAt(desk, report.kind === 'leg' ? ofSystem(reporter, report) : report);
  }

  async #takeAt(desk: Desk, report: Report): Promise<Taken> {
    if (report.kind === 'leg') {
      await this.#lookUp(desk, report);
      const inTime = await this.#inOrder(desk, report);
      if (!inTime || this.#stopped) return 'busy';
    }
    const isNew = this.#apply(desk, report);
    if (!(await this.#outbox.taken())) return 'busy';
    return isNew ? 'taken' : 'repeated';
  }

  /** @returns whether anything is made of it */
  #apply({ book, waiting }: Desk, report: Report): boolean {
    const events = book.apply(report, this.#parts.clock.now());
    this.#outbox.push(events);
    if (report.kind === 'leg') waiting.wake(report.callId, (held) => earlyBy(book, held) === null);
    return events.length > 0;
  }

  /** True when its turn has come; false where the server stops first. */
  #inOrder({ book, waiting }: Desk, report: LegReport): Promise<boolean> | true {
    const waitMs = earlyBy(book, report);
    return waitMs === null ? true : waiting.wait(report, waitMs);
  }

  /** A call that is not remembered may have been one before; only a fresh beginning can't. */
  async #lookUp({ reporter, book }: Desk, report: LegReport): Promise<void> {
    if (book.has(report.callId)) return;
    const key = `${reporter.domain}\u0000${report.callId}`;
    const running = this.#lookUps.get(key);
    if (running) return running;
    const now = this.#parts.clock.now();
    if (report.stage === 'dial' && (report.atUs === null || report.atUs / 1_000 > now - freshMs)) return;
    const looking = this.#find({ reporter, book }, report.callId).finally(() => this.#lookUps.delete(key));
    this.#lookUps.set(key, looking);
    return looking;
  }

  async #find({ reporter, book }: Pick<Desk, 'reporter' | 'book'>, callId: string): Promise<void> {
    try {
      const known = await this.#parts.calls.find(reporter, callId);
      if (known !== null && !book.has(callId)) book.take(known, this.#parts.clock.now());
    } catch (error) {
      this.#parts.logger.warn({ reason: String(error) }, 'whether a reported call is known could not be looked up');
    }
  }

  #deskOf(reporter: Reporter): Desk {
    const key = `${reporter.domain}\u0000${reporter.connector}`;
    const known = this.#desks.get(key);
    if (known) return known;
    const { clock, numbers, calls } = this.#parts;
    const book = new ReportBook({ ...reporter, numbers: () => numbers(reporter.domain) });
    for (const call of calls.open(reporter)) book.take(call, clock.now());
    const desk = { reporter, book, waiting: new WaitingReports(clock) };
    this.#desks.set(key, desk);
    return desk;
  }

  #tickLater(): void {
    this.#timer = this.#parts.clock.schedule(tickEveryMs, () => {
      const now = this.#parts.clock.now();
      if (!this.#full) for (const { book } of this.#desks.values()) this.#outbox.push(book.tick(now));
      this.#tickLater();
    });
  }
}

/** Ids of calls are unique in a domain, and those of other phone systems are not for this one to use. */
const ofSystem = ({ connector }: Reporter, report: LegReport): LegReport => ({
  ...report,
  callId: `${report.callId}@${connector}`,
});

/** A call that began so lately, milliseconds, is remembered if it was reported before. */
const freshMs = 5 * 60_000;
