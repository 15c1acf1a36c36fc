/**
 * A connector that keeps our registrations on another phone system in step with the records of the extensions.
 *
 *   idle ── the records changed, and something differs from what was completed ──> running: what differs
 *   idle ── somebody asks ──> running: everything, or a dry run of it
 *   running ── through ──> idle;   ── through, but a token waits to be forgotten ──> resting for some minutes
 *   running ── the system could not be asked, or not to the end ──> resting, longer each time
 *   resting ── its time is over ──> running: what still differs;   ── somebody asks, or the records change ──> running
 *   any ── stop ──> stopped: what is under way is broken off between two steps; the next start takes it up
 *
 * It never asks the system only to see whether all is well. It is `up` while all is in step as far as it knows.
 */
import { type Clock, type Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Random } from '../../kit/random.ts';
import type { Registration, RegistrationReport, RegistrationWait } from '../../model/registration.ts';
import type { RemoteRequest, RemoteVendor } from '../../model/remote-registry.ts';
import type { Extension } from '../../model/tenants.ts';
import type { Connector, ConnectorStatus } from '../connector.ts';
import { Completed, type Memory } from './completed.ts';
import { type DesiredPlace, desiredPlaces, placeKey } from './desired.ts';
import type { TokenKeeper } from './keeper.ts';
import { askPatiently, type RemoteExchange } from './patience.ts';
import { lateMs } from './plan.ts';
import { RunReport } from './report.ts';
import { run, type RunEnd } from './run.ts';
import { brokenOffWords, noAgentWords, saidBy, summary } from './words.ts';

export interface RegistrarDeps {
  readonly id: string;
  readonly kind: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly vendor: RemoteVendor;
  readonly exchange: (request: RemoteRequest, signal: AbortSignal) => Promise<RemoteExchange>;
  readonly keeper: TokenKeeper;
  readonly memory: Memory;
  /** Records of the domain's extensions, as they are now. */
  readonly extensions: () => readonly Extension[];
  /** Calls when they may have changed. Gives what ends it. */
  readonly onRecordsChanged: (listener: () => void) => () => void;
  /** Where the other system is. */
  readonly system: string;
  /** What stands in front of a token in our URLs. */
  readonly urlBase: string;
  readonly answer: boolean;
  readonly agents: readonly string[];
}

/** A change of the mapping is mostly several requests. */
const settleMs = 2_000;
const firstRestMs = 30_000;
const longestRestMs = 1_800_000;

export function createRegistrar(deps: RegistrarDeps): Connector & { readonly registration: Registration } {
  return new Registrar(deps);
}

class Registrar implements Connector {
  readonly id: string;
  readonly kind: string;
  readonly commands = null;
  readonly registration: Registration;
  readonly #deps: RegistrarDeps;
  readonly #completed: Completed;
  readonly #stop = new AbortController();
  readonly #figures = { runs: 0, added: 0, removed: 0, refused: 0, outOfStep: 0 };
  #status: ConnectorStatus;
  #wait: RegistrationWait | null = null;
  #last: RunReport | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  /** Asked for and not begun, by whether it is a dry run. */
  readonly #asked = new Map<boolean, Promise<RegistrationReport>>();
  #isRunning = false;
  #timer: Timer | null = null;
  #isResting = false;
  #failures = 0;
  #unsubscribe: (() => void) | null = null;

  constructor(deps: RegistrarDeps) {
    this.#deps = deps;
    this.id = deps.id;
    this.kind = deps.kind;
    this.#status = { state: 'connecting', since: deps.clock.now(), problem: null };
    this.#completed = new Completed(deps.memory, `${deps.system} ${deps.urlBase}`);
    this.registration = {
      state: () => ({
        state: this.#isRunning ? 'running' : this.#isResting ? 'resting' : 'idle',
        waiting: this.#wait,
        last: this.#last?.view() ?? null,
      }),
      figures: () => this.#figures,
      sync: (dryRun) => this.#sync(dryRun),
    };
  }

  async start(): Promise<void> {
    await this.#completed.load();
    this.#unsubscribe = this.#deps.onRecordsChanged(() => this.#later(settleMs));
    if (this.#differing().size > 0) this.#later(0);
    else this.#judge([]);
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#timer?.cancel();
    this.#timer = null;
    this.#stop.abort();
    await this.#queue;
    this.#become('stopped', null);
  }

  status(): ConnectorStatus {
    return this.#status;
  }

  figures() {
    return { connects: this.#figures.runs, bufferedEvents: 0, notUnderstood: [] };
  }

  #desired(): ReadonlyMap<string, DesiredPlace> {
    const { vendor, extensions, answer, agents } = this.#deps;
    return desiredPlaces(extensions(), { events: vendor.events, answer, agents });
  }

  #differing(): ReadonlySet<string> {
    const used = this.#deps.keeper.all().map(({ place }) => placeKey(place));
    return this.#completed.differing(this.#desired(), used);
  }

  /** The earliest of what is asked for is enough: it looks at all that differs by then. */
  #later(afterMs: number): void {
    if (this.#stop.signal.aborted) return;
    if (this.#timer !== null && !this.#isResting) return;
    this.#timer?.cancel();
    this.#isResting = false;
    this.#timer = this.#deps.clock.schedule(afterMs, () => {
      this.#timer = null;
      void this.#inTurn(() => this.#runDiffering());
    });
  }

  #restFor(afterMs: number): void {
    if (this.#timer !== null) return;
    this.#later(afterMs);
    this.#isResting = true;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(act);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  #sync(dryRun: boolean): Promise<RegistrationReport> {
    const asked = this.#asked.get(dryRun);
    if (asked) return asked;
    const done = this.#inTurn(async () => {
      this.#asked.delete(dryRun);
      return (await this.#run(null, dryRun)).view();
    });
    this.#asked.set(dryRun, done);
    return done;
  }

  async #runDiffering(): Promise<void> {
    this.#isResting = false;
    const differing = this.#differing();
    // What it was out of step with may have been taken back meanwhile.
    if (differing.size === 0) this.#judge([]);
    else await this.#run(differing, false);
  }

  async #run(only: ReadonlySet<string> | null, dryRun: boolean): Promise<RunReport> {
    const { clock, logger } = this.#deps;
    const report = new RunReport(dryRun, clock.now());
    if (!dryRun) this.#last = report;
    this.#isRunning = true;
    const end = await this.#walk(only, dryRun, report);
    this.#isRunning = false;
    report.end(clock.now());
    if (end.trouble) report.problem(brokenOffWords(end.trouble));
    if (dryRun) return report;
    this.#figures.runs++;
    const { problems, counts } = report.view();
    logger.info({ connector: this.id, ...counts, problems: problems.length }, 'registrations on the phone system');
    this.#afterwards(end, problems);
    return report;
  }

  async #walk(only: ReadonlySet<string> | null, dryRun: boolean, report: RunReport): Promise<RunEnd> {
    const { clock, random, vendor, exchange, keeper, urlBase } = this.#deps;
    const { signal } = this.#stop;
    const onWait = (wait: RegistrationWait | null): void => void (this.#wait = wait);
    const ask = askPatiently({ clock, random, signal, onWait, exchange: (request) => exchange(request, signal) });
    const completed = this.#completed;
    try {
      return await run(this.#desired(), only, {
        ...{ keeper, completed, urlBase, dryRun, report },
        registry: vendor.registry(ask),
        now: () => clock.now(),
        onOutcome: ({ added, removed, refused }) => {
          this.#figures.added += added;
          this.#figures.removed += removed;
          this.#figures.refused += refused;
        },
      });
    } catch (error) {
      // The store refuses: nothing is lost, since nothing there is done before it is kept here.
      return { trouble: { kind: 'unavailable', message: saidBy(String(error)) }, isUnsettled: false };
    } finally {
      await completed.save().catch(() => {});
    }
  }

  #afterwards({ trouble, isUnsettled }: RunEnd, problems: readonly string[]): void {
    this.#judge(problems);
    if (trouble?.kind === 'unavailable') {
      this.#failures++;
      const bound = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(this.#failures - 1, 10));
      this.#restFor(Math.round(bound * (0.5 + 0.5 * this.#deps.random.next())));
      return;
    }
    this.#failures = 0;
    if (isUnsettled) this.#restFor(lateMs);
  }

  #judge(problems: readonly string[]): void {
    const outOfStep = this.#differing().size;
    this.#figures.outOfStep = outOfStep;
    const known = new Set(this.#deps.extensions().map(({ number }) => number));
    const strangers = this.#deps.agents.filter((number) => !known.has(number));
    const all = [...problems, ...(strangers.length > 0 ? [noAgentWords(strangers)] : [])];
    if (all.length === 0) this.#become('up', null);
    else this.#become('down', summary(all));
  }

  #become(state: ConnectorStatus['state'], problem: string | null): void {
    const { state: was, since, problem: before } = this.#status;
    if (problem !== null && problem !== before) {
      this.#deps.logger.warn({ connector: this.id, problem }, 'registrations are not in step');
    }
    this.#status = { state, since: was === state ? since : this.#deps.clock.now(), problem };
  }
}
