/**
 * A connector that keeps our registrations on another phone system in step with the records of the extensions.
 *
 *   idle ── the records changed, and something differs from what was completed ──> running: what differs
 *   idle ── somebody asks ──> running: everything, or a dry run of it
 *   running ── through ──> idle;   ── through, but a token waits to be forgotten ──> resting for some minutes
 *   running ── the system could not be asked, or not to the end ──> resting, longer each time
 *   resting ── its time is over ──> running: what still differs;   ── somebody asks, or the records change ──> running
 *   any ── taken back ──> running, as if nobody were mapped, for a bounded time;  ── let go ──> idle, and it looks again
 *   any ── stop ──> stopped: what is under way is broken off between two steps; the next start takes it up
 *
 * It never asks the system only to see whether all is well. It is `up` while all is in step as far as it knows.
 */
import type { RemoteRecordings } from '../../calls/recording-files.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Random } from '../../kit/random.ts';
import type { Registration, RegistrationReport, RegistrationWait, TakenBack } from '../../model/registration.ts';
import type { RemoteRequest, RemoteVendor } from '../../model/remote-registry.ts';
import type { Extension } from '../../model/tenants.ts';
import type { Connector, ConnectorStatus } from '../connector.ts';
import { Agenda } from './agenda.ts';
import { Completed, type Memory } from './completed.ts';
import { type DesiredPlace, desiredPlaces, placeKey } from './desired.ts';
import type { TokenKeeper } from './keeper.ts';
import { askPatiently, type RemoteExchange } from './patience.ts';
import { lateMs } from './plan.ts';
import { RunReport } from './report.ts';
import { brokenOff, run, type RunEnd } from './run.ts';
import { Takers } from './takers.ts';
import { Standing } from './standing.ts';
import { brokenOffWords, nameOf, noAgentWords, saidBy, summary } from './words.ts';

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
  /** How often an older backup was put in the place of the store: what it says is in step may not be so. */
  readonly restores: number;
  readonly recordings: RemoteRecordings;
}

const firstRestMs = 30_000;
const longestRestMs = 1_800_000;

const basisOf = ({ system, urlBase, restores }: RegistrarDeps): string =>
  `${system} ${urlBase}${restores === 0 ? '' : ` restored ${restores}`}`;

export function createRegistrar(deps: RegistrarDeps): Connector & { readonly registration: Registration } {
  return new Registrar(deps);
}

class Registrar implements Connector {
  readonly id: string;
  readonly kind: string;
  readonly commands = null;
  readonly registration: Registration;
  readonly recordings: RemoteRecordings;
  readonly #deps: RegistrarDeps;
  readonly #completed: Completed;
  readonly #standing: Standing;
  readonly #agenda: Agenda;
  readonly #stop = new AbortController();
  readonly #figures = { runs: 0, added: 0, removed: 0, refused: 0, outOfStep: 0 };
  #wait: RegistrationWait | null = null;
  #last: RunReport | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  /** Asked for and not begun, by whether it is a dry run. */
  readonly #asked = new Map<boolean, Promise<RegistrationReport>>();
  /** Breaks off what is under way; null: nothing is. */
  #running: AbortController | null = null;
  readonly #takers: Takers;
  /** Runs in a row that had to be left for later and brought nothing into step. */
  #failures = 0;
  #unsubscribe: (() => void) | null = null;

  constructor(deps: RegistrarDeps) {
    this.#deps = deps;
    this.id = deps.id;
    this.kind = deps.kind;
    this.#takers = new Takers(deps.clock);
    this.recordings = deps.recordings;
    this.#standing = new Standing(deps.id, deps);
    this.#agenda = new Agenda(deps.clock, () => void this.#inTurn(() => this.#runDiffering()));
    this.#completed = new Completed(deps.memory, basisOf(deps));
    this.registration = {
      state: () => ({
        state: this.#running ? 'running' : this.#agenda.isResting ? 'resting' : 'idle',
        waiting: this.#wait,
        last: this.#last?.view() ?? null,
      }),
      figures: () => this.#figures,
      sync: (dryRun) => this.#sync(dryRun),
      takeBack: (withinMs) => this.#takeBack(withinMs),
    };
  }

  async start(): Promise<void> {
    await this.#completed.load();
    this.#unsubscribe = this.#deps.onRecordsChanged(() => this.#agenda.soon());
    if (this.#differing().size > 0) this.#agenda.soon(0);
    else this.#judge([]);
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#agenda.close();
    this.#stop.abort();
    await this.#queue;
    this.#standing.become('stopped');
  }

  status(): ConnectorStatus {
    return this.#standing.status;
  }

  figures() {
    return { connects: this.#standing.ups, bufferedEvents: 0, notUnderstood: [] };
  }

  #desired(): ReadonlyMap<string, DesiredPlace> {
    if (this.#takers.isHeld) return new Map();
    const { vendor, extensions, answer, agents } = this.#deps;
    return desiredPlaces(extensions(), { events: vendor.events, answer, agents });
  }

  #differing(): ReadonlySet<string> {
    const used = this.#deps.keeper.all().map(({ place }) => placeKey(place));
    return this.#completed.differing(this.#desired(), used);
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

  async #takeBack(withinMs: number): Promise<TakenBack> {
    // What runs for another who takes them back does what this one wants: broken off, the other would have all of them left.
    const isUnderWay = this.#takers.isHeld;
    const release = this.#takers.take(withinMs);
    if (!isUnderWay) this.#running?.abort();
    await this.#inTurn(() => this.#run(null, false));
    const left = this.#deps.keeper.all().map(({ place, event }) => ({ extension: nameOf(place), event }));
    return {
      left,
      letGo: () => {
        release();
        this.#agenda.soon();
      },
    };
  }

  async #runDiffering(): Promise<void> {
    const differing = this.#differing();
    // What it was out of step with may have been taken back meanwhile.
    if (differing.size === 0) this.#judge([]);
    else await this.#run(differing, false);
  }

  async #run(only: ReadonlySet<string> | null, dryRun: boolean): Promise<RunReport> {
    const { clock, logger } = this.#deps;
    const report = new RunReport(dryRun, clock.now());
    if (!dryRun) this.#last = report;
    const running = new AbortController();
    this.#running = running;
    const boundMs = this.#takers.boundMs();
    const bound = boundMs === null ? null : clock.schedule(boundMs, () => running.abort());
    const end = await this.#walk(only, dryRun, report, AbortSignal.any([this.#stop.signal, running.signal]));
    bound?.cancel();
    this.#running = null;
    report.end(clock.now());
    if (end.trouble) report.problem(brokenOffWords(end.trouble));
    if (dryRun || this.#stop.signal.aborted) return report;
    this.#figures.runs++;
    const { problems, counts } = report.view();
    logger.info({ connector: this.id, ...counts, problems: problems.length }, 'registrations on the phone system');
    this.#judge(problems);
    this.#planNext(end);
    return report;
  }

  async #walk(
    only: ReadonlySet<string> | null,
    dryRun: boolean,
    report: RunReport,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    const { clock, random, vendor, exchange, keeper, urlBase } = this.#deps;
    const onWait = (wait: RegistrationWait | null): void => void (this.#wait = wait);
    const ask = askPatiently({ clock, random, signal, onWait, exchange: (request) => exchange(request, signal) });
    const completed = this.#completed;
    try {
      return await run(this.#desired(), only, {
        ...{ keeper, completed, urlBase, dryRun, report, figures: this.#figures },
        registry: vendor.registry(ask),
        now: () => clock.now(),
      });
    } catch (error) {
      // The store refuses: nothing is lost, since nothing there is done before it is kept here.
      return { ...brokenOff, trouble: { kind: 'unavailable', message: saidBy(String(error)) } };
    } finally {
      await completed.save().catch(() => {});
    }
  }

  #planNext({ trouble, isPassing, isUnsettled, inStep }: RunEnd): void {
    if (trouble?.kind !== 'unavailable' && !isPassing) {
      this.#failures = 0;
      if (isUnsettled) this.#agenda.later(lateMs);
      return;
    }
    this.#failures = inStep > 0 ? 0 : this.#failures + 1;
    const bound = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(this.#failures, 10));
    this.#agenda.later(Math.round(bound * (0.5 + 0.5 * this.#deps.random.next())));
  }

  #judge(problems: readonly string[]): void {
    this.#figures.outOfStep = this.#differing().size;
    const known = new Set(this.#deps.extensions().map(({ number }) => number));
    const strangers = this.#deps.agents.filter((number) => !known.has(number));
    const all = [...problems, ...(strangers.length > 0 ? [noAgentWords(strangers)] : [])];
    if (all.length === 0) this.#standing.become('up');
    else this.#standing.become('down', summary(all));
  }
}
