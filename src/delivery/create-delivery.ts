/** Puts the parts of delivery together behind the face the API sees. */
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import { type Dialect, type Directory, noDirectory } from '../dialects/dialect.ts';
import { eventsBetween } from '../log/cursor.ts';
import type { EventLog } from '../log/event-log.ts';
import type { NewEvent } from '../model/event.ts';
import { type Access, mayAccessDomain } from '../model/scope.ts';
import type { DeliveryStore } from '../records/delivery-store.ts';
import type { ReplayStore } from '../records/replay-store.ts';
import type { SubscriptionStore } from '../records/subscription-store.ts';
import { createFilters, type FilterProblem } from '../subscriptions/filter/index.ts';
import type { Filter, UsersOf } from '../subscriptions/match-index.ts';
import { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Endpoint, Subscription } from '../subscriptions/subscription.ts';
import { refusalOf } from '../subscriptions/why-not.ts';
import type { AttemptObserver } from './attempt-observer.ts';
import { createAuthorisingSender } from './credentials/authorising-sender.ts';
import { DeliveryEngine } from './engine.ts';
import { defaultEngineLimits, type EngineLimits } from './engine-parts.ts';
import type { Lane } from './lane/lane.ts';
import type { Delivery, EndpointStatus } from './management.ts';
import { createHeaderBuilder, type TraceparentOf, withTraceparent } from './notification.ts';
import { createParkedLook } from './parked-look.ts';
import { previewOf, sendTest } from './preview.ts';
import { LookBudget } from './share/render-budget.ts';
import type { Sender } from './sender/sender.ts';
import { LiveReplayManager } from './replay/replay-manager.ts';
import { LiveSubscriptionManager } from './edits/subscription-manager.ts';

export interface DeliveryDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly log: EventLog;
  readonly store: DeliveryStore;
  readonly subscriptions: SubscriptionStore;
  readonly replays: ReplayStore;
  readonly sender: Sender;
  /** Told of every attempt. */
  readonly observer?: AttemptObserver | undefined;
  /** What is to be said of what was recorded since it was last asked; null: nothing. In the transaction of that. */
  readonly said?: (() => Promise<readonly NewEvent[]> | null) | undefined;
  /** Where receivers are to go on with traces. */
  readonly traceparent?: TraceparentOf | undefined;
  readonly dialect: (name: string) => Dialect | undefined;
  /** What is recorded of extensions; nothing, where it is left out. */
  readonly directory?: Directory | undefined;
  /** Names of the users who own an extension, as it stands; nobody, where it is left out. */
  readonly usersOf?: UsersOf | undefined;
  /** How many vendor events an extension may have. */
  readonly eventLimit: (domain: string, extension: string) => number;
  /** `retention.events`, milliseconds. */
  readonly retentionMs: number;
}

const forgetEveryMs = 3_600_000;

/** With a way to stop as a crash would, for tests of recovery. */
export interface CrashableDelivery extends Delivery {
  abandon(): void;
}

export function createDelivery(given: DeliveryDeps, limits: EngineLimits = defaultEngineLimits): CrashableDelivery {
  const sender = createAuthorisingSender(given);
  const deps = { ...given, sender, directory: given.directory ?? noDirectory };
  const filters = createFilters();
  const registry = new SubscriptionRegistry((source) => filters.compile(source).matches, deps.usersOf);
  const failed =
    (facts: object, message: string) =>
    (error: unknown): void =>
      deps.logger.error({ ...facts, reason: error instanceof Error ? error.message : String(error) }, message);
  const gone = (sent: Subscription): void => {
    const message = 'a subscription whose receiver is gone could not be disabled';
    manager.disable(sent).catch(failed({ subscription: sent.number }, message));
  };
  const idle = (endpoint: number): void => {
    manager.letGo(endpoint).catch((error: unknown) => {
      failed({ endpoint }, 'an endpoint that nobody uses could not be removed')(error);
      engine.keepRetired(endpoint);
    });
  };
  const comingHome = new Set<number>();
  const rested = (number: number): void => {
    if (comingHome.has(number)) return;
    comingHome.add(number);
    const refused = failed({ subscription: number }, 'a subscription could not leave its side lane');
    const home = manager.comeHome(number).catch(refused);
    void home.finally(() => comingHome.delete(number));
  };
  const headers = withTraceparent(createHeaderBuilder(), deps.traceparent);
  const { usersOf } = deps;
  const compile = (source: string): Filter => filters.compile(source).matches;
  const filterProblem = (source: string): FilterProblem | null => filters.problem(source);
  const own = { registry, compile, usersOf };
  const engine = new DeliveryEngine({ ...deps, ...own, headers, gone, idle, rested }, limits);
  const looks = new LookBudget();
  const parkedOf = createParkedLook(deps.clock, (subscription) => engine.lanesOf(subscription));
  const manager = new LiveSubscriptionManager({
    clock: deps.clock,
    registry,
    store: deps.subscriptions,
    engine,
    events: {
      isLimited: (name) => deps.dialect(name)?.limited === true,
      limitOf: deps.eventLimit,
      usersOf: usersOf ?? (() => []),
    },
    hasDialect: (name) => deps.dialect(name) !== undefined,
    filterProblem,
    floor: () => deps.log.floor(),
    retentionMs: deps.retentionMs,
  });
  manager.onChanged((before, after) => engine.replays.subscriptionChanged((after ?? before)?.number ?? 0));
  const replays = new LiveReplayManager({
    ...own,
    clock: deps.clock,
    log: deps.log,
    store: deps.replays,
    book: engine.replayBook,
    runner: engine.replays,
    filterProblem,
  });
  const statusOf = (endpoint: Endpoint): EndpointStatus => endpointStatus(endpoint, engine, deps.log);
  const forgetPast = (): void => {
    manager.forgetPast().catch(failed({}, 'what retention took could not be forgotten of subscriptions'));
    forgetting = deps.clock.schedule(forgetEveryMs, forgetPast);
  };
  let forgetting: Timer | null = null;
  return {
    subscriptions: manager,
    replays,
    start: async () => {
      const { subscriptions, endpoints } = await deps.subscriptions.load();
      for (const endpoint of endpoints) registry.putEndpoint(endpoint);
      for (const subscription of subscriptions) registry.put(subscription);
      await engine.start();
      manager.sweep();
      forgetting = deps.clock.schedule(forgetEveryMs, forgetPast);
    },
    stop: () => {
      forgetting?.cancel();
      return engine.stop();
    },
    abandon: () => {
      forgetting?.cancel();
      engine.abandon();
    },
    endpoints: (access: Access) =>
      [...registry.endpoints()].filter((one) => mayAccessDomain(access, one)).map(statusOf),
    endpoint: (access: Access, number: number) => {
      const endpoint = registry.endpoint(number);
      return endpoint && mayAccessDomain(access, endpoint) ? statusOf(endpoint) : null;
    },
    refusal: (version, event) => refusalOf(version, event, filters, deps.usersOf),
    lag: ({ endpoint, versions }) => lagOf(engine.laneOf(versions.at(-1)?.lane ?? endpoint), engine, deps.log),
    parked: (subscription) => {
      const { dueAt, ...parked } = parkedOf(subscription);
      const { clock } = deps;
      return { ...parked, dueAt: dueAt === null ? null : clock.now() + Math.max(0, dueAt - clock.monotonic()) };
    },
    standing: (endpoint, delivery, orderKey) => engine.standing(endpoint, delivery, orderKey),
    recorded: () => engine.recorded(),
    retry: async (endpoint, wanted) => {
      const retried = engine.retry(endpoint, wanted);
      if (retried) await engine.recorded();
      return retried;
    },
    retryInReplay: async (replay, retry) => {
      const retried = engine.retryInReplay(replay, retry);
      if (retried) await engine.recorded();
      return retried;
    },
    preview: (subscription, event, naming) => previewOf({ ...deps, headers, looks }, subscription, event, naming),
    sendTest: (subscription, event, signal) => sendTest({ ...deps, headers, looks }, subscription, event, signal),
    readAgain: () => engine.readAgain(),
    trouble: () => engine.trouble,
    figures: () => {
      const { slowRenderMs, ...figures } = engine.figures;
      const own = { filterErrors: filters.errors(), tokens: { ...sender.tokenCounts } };
      return { ...figures, ...own, slowRenderMs: slowRenderMs + looks.slowMs };
    },
    settledUpTo: (seq: number) => engine.settledUpTo(seq),
  };
}

/** Of one whose row does not say. */
const unknownPause = { since: new Date(0).toISOString(), by: 'unknown' };

function endpointStatus(endpoint: Endpoint, engine: DeliveryEngine, log: EventLog): EndpointStatus {
  const { number, domain, reseller, key, ratePerSecond, maxInFlight, paused, pause } = endpoint;
  const lane = engine.laneOf(number);
  const lanes = [...(lane ? [lane] : []), ...engine.sidesOf(number)];
  const sum = (of: (lane: Lane) => number): number => lanes.reduce((all, one) => all + of(one), 0);
  return {
    number,
    domain,
    reseller,
    key,
    ratePerSecond,
    maxInFlight,
    paused: paused ? (pause ?? unknownPause) : null,
    breaker: lane?.breaker.state ?? 'closed',
    attached: lane?.attached ?? true,
    window: lane?.breaker.window(maxInFlight) ?? maxInFlight,
    inFlight: sum(({ inFlight }) => inFlight),
    waiting: sum(({ waiting }) => waiting),
    parked: sum(({ parked }) => parked),
    lag: lagOf(lane, engine, log),
  };
}

function lagOf(lane: Lane | undefined, { position }: DeliveryEngine, log: EventLog): number {
  return eventsBetween(log, lane?.lowWater(position) ?? position, log.head());
}
