/** Deliveries and receivers as metrics. Labels hold public numbers, never the id of a subscription or a receiver's address. */
import type { Registry } from 'prom-client';
import { counter, gauge, histogram, type Line } from '../../api/metrics/scraped.ts';
import type { Delivery, EndpointStatus } from '../../delivery/management.ts';
import { everything } from '../../model/scope.ts';
import { attemptOutcomes } from '../../records/delivery-store.ts';
import type { DeliveryCounts, OutcomeCounts } from './delivery-counts.ts';

const breakerStates = ['closed', 'open', 'recovering'] as const;

/** Null: not running yet. */
type Running = () => Delivery | null;

export function registerDelivery(
  registry: Registry,
  counts: DeliveryCounts,
  running: Running,
  mostEndpoints: number,
): void {
  registerCounts(registry, counts, running);
  registerFigures(registry, running);
  registerEndpoints(
    registry,
    onceATurn(() => running()?.endpoints(everything) ?? []),
    mostEndpoints,
  );
}

function registerCounts(registry: Registry, counts: DeliveryCounts, running: Running): void {
  counter(
    registry,
    {
      name: 'offhook_deliveries_total',
      help: 'Deliveries that are settled, by dialect and outcome',
      labels: ['dialect', 'outcome'],
    },
    () => [...counts.dialects].flatMap(([dialect, outcomes]) => linesOf(dialect, outcomes)),
  );
  counter(
    registry,
    {
      name: 'offhook_subscription_deliveries_total',
      help: 'The same by public number of the subscription; those beyond metrics.subscriptions are summed under other',
      labels: ['subscription', 'outcome'],
    },
    () => {
      const { subscriptions } = running() ?? {};
      if (subscriptions) counts.forget((number) => subscriptions.byNumber(everything, number) !== null);
      const all = [...counts.subscriptions].flatMap(([number, outcomes]) => linesOf(String(number), outcomes));
      return [...all, ...linesOf('other', counts.otherSubscriptions)];
    },
  );
  counter(
    registry,
    {
      name: 'offhook_delivery_attempts_total',
      help: 'Requests to receivers that ended, by class of the status, or why no answer came (timeout, dns, tls, …)',
      labels: ['result'],
    },
    () => counts.attempts,
  );
  counter(
    registry,
    {
      name: 'offhook_deliveries_given_up_total',
      help: 'Deliveries that were cancelled or expired, by reason',
      labels: ['reason'],
    },
    () => counts.givenUp,
  );
  counter(
    registry,
    {
      name: 'offhook_delivery_last_chances_total',
      help: 'Failures after which a single attempt is left before the delivery is given up',
    },
    () => [[counts.lastChances]],
  );
  counter(
    registry,
    {
      name: 'offhook_endpoint_warnings_total',
      help: 'Times a receiver had failed through half of the attempts of a delivery, once until it took something again',
    },
    () => [[counts.warnings]],
  );
  gauge(
    registry,
    { name: 'offhook_endpoints_failing', help: 'Receivers that have failed so, and have taken nothing since' },
    () => {
      const delivery = running();
      if (delivery) counts.failing.forget((number) => delivery.endpoint(everything, number) !== null);
      return [[counts.failing.size]];
    },
  );
  counter(
    registry,
    {
      name: 'offhook_replay_attempts_total',
      help: 'What became of deliveries of replays, each attempt that failed counted too; they are in the other figures as well',
      labels: ['outcome'],
    },
    () => attemptOutcomes.map((outcome): Line => [outcome, counts.replays[outcome] ?? 0]),
  );
  histogram(
    registry,
    {
      name: 'offhook_delivery_attempt_duration_seconds',
      help: 'How long requests to receivers took, whatever came of them',
    },
    counts.attemptSeconds,
  );
  histogram(
    registry,
    {
      name: 'offhook_delivery_latency_seconds',
      help: 'From an event’s acceptance until a receiver had taken it, waits between attempts included',
    },
    counts.deliveredSeconds,
  );
}

function linesOf(name: string, outcomes: OutcomeCounts): Line[] {
  return attemptOutcomes.flatMap((outcome): Line[] => {
    const count = outcomes[outcome];
    return count === undefined ? [] : [[name, outcome, count]];
  });
}

function registerFigures(registry: Registry, running: Running): void {
  const figure = (name: string, help: string, read: (delivery: Delivery) => number): void =>
    gauge(registry, { name, help }, () => {
      const delivery = running();
      return delivery ? [[read(delivery)]] : [];
    });
  figure(
    'offhook_detached_lanes',
    'Receivers that are behind and read the log on their own',
    (of) => of.figures().detached,
  );
  figure('offhook_replays_running', 'Replays that are under way', (of) => of.figures().replays);
  gauge(registry, { name: 'offhook_replays', help: 'Replays that have not ended, by state', labels: ['state'] }, () => {
    const { activeReplays: of } = running()?.figures() ?? {};
    return of ? (['queued', 'running', 'cancelling'] as const).map((state) => [state, of[state]]) : [];
  });
  figure(
    'offhook_replay_events_behind',
    'Events that replays have still to look at, over all of them',
    (of) => of.figures().activeReplays.behind,
  );
  counter(
    registry,
    {
      name: 'offhook_oauth2_token_requests_total',
      help: 'What token endpoints answered: a token, that the credentials won’t do, or nothing of use',
      labels: ['outcome'],
    },
    () => Object.entries(running()?.figures().tokens ?? { got: 0, refused: 0, failed: 0 }),
  );
  figure(
    'offhook_delivery_checkpoint',
    'Sequence up to which every receiver that keeps up has everything',
    (of) => of.figures().checkpoint,
  );
  figure(
    'offhook_delivery_results_unflushed',
    'Results of attempts that are not durable yet; at 1000 nothing new starts',
    (of) => of.figures().unflushed,
  );
  figure(
    'offhook_delivery_flush_age_seconds',
    'How long the oldest of them has waited',
    (of) => of.figures().unflushedMs / 1000,
  );
  figure(
    'offhook_delivery_lanes_in_line',
    'Receivers that have something to send and wait until a request of their domain, or of all, comes free',
    (of) => of.figures().inLine,
  );
  counter(
    registry,
    {
      name: 'offhook_slow_renderings_seconds_total',
      help: 'Time of the main thread that renderings of over a millisecond have taken; past 5 % of a domain its endpoints wait',
    },
    () => [[(running()?.figures().slowRenderMs ?? 0) / 1000]],
  );
  counter(
    registry,
    {
      name: 'offhook_filter_errors_total',
      help: 'Events that a subscription did not get because its filter came to neither true nor false',
    },
    () => [[running()?.figures().filterErrors ?? 0]],
  );
}

function registerEndpoints(registry: Registry, endpoints: () => readonly EndpointStatus[], most: number): void {
  gauge(registry, { name: 'offhook_deliveries', help: 'Deliveries by where they are', labels: ['state'] }, () =>
    (['inFlight', 'waiting', 'parked'] as const).map((state) => [state, sumOf(endpoints(), state)]),
  );
  gauge(
    registry,
    { name: 'offhook_endpoints', help: 'Receivers by the state of their breaker', labels: ['breaker'] },
    () => breakerStates.map((state) => [state, endpoints().filter(({ breaker }) => breaker === state).length]),
  );
  gauge(
    registry,
    {
      name: 'offhook_delivery_lag_events',
      help: 'Events between what the receiver furthest behind has settled and the newest one; an upper bound of what waits for it',
    },
    () => [[endpoints().reduce((largest, { lag }) => Math.max(largest, lag), 0)]],
  );
  gauge(
    registry,
    {
      name: 'offhook_endpoint_lag_events',
      help: 'The same for each of the receivers furthest behind, metrics.endpoints of them at most, by public number',
      labels: ['endpoint'],
    },
    () =>
      endpoints()
        .filter(({ lag }) => lag > 0)
        .sort((a, b) => b.lag - a.lag)
        .slice(0, most)
        .map(({ number, lag }) => [number, lag]),
  );
}

const sumOf = (all: readonly EndpointStatus[], figure: 'inFlight' | 'waiting' | 'parked'): number =>
  all.reduce((sum, endpoint) => sum + endpoint[figure], 0);

/** Several metrics are read in one turn: looking at 10,000 receivers once is enough. */
function onceATurn<T>(look: () => T): () => T {
  let seen: { readonly value: T } | null = null;
  return () => {
    if (!seen) {
      seen = { value: look() };
      queueMicrotask(() => (seen = null));
    }
    return seen.value;
  };
}
