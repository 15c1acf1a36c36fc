/**
 * What `/readyz`, the metrics and `offhook doctor` look at. Each check is found out when somebody asks, by doing a
 * little of what it is about, and says again that all is well as soon as it is. What changes is told in the log, once.
 */
import type { HealthCheck } from '../../api/deps.ts';
import type { Journalist } from '../../calls/journal/index.ts';
import type { Connector } from '../../connectors/connector.ts';
import type { Delivery } from '../../delivery/management.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { EventLog } from '../../log/event-log.ts';
import { diskSpace, megabytes, spaceProblem } from './disk-space.ts';
import type { StoreProbe } from './store-probe.ts';

export interface HealthDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly server: { readonly isStopping: boolean };
  readonly probe: StoreProbe;
  readonly log: Pick<EventLog, 'refusal'>;
  readonly delivery: Pick<Delivery, 'trouble'>;
  readonly journal: Pick<Journalist, 'behind' | 'trouble'>;
  readonly connectors: readonly Connector[];
  readonly dataDir: string;
  /** `retention.maxBytes` */
  readonly maxBytes: number | null;
}

/**
 * A refused append counts so long, unless one succeeds before. Without traffic, which whoever goes by `/readyz` takes
 * away, none would, and the server would stay unready for ever.
 */
const refusalCountsMs = 5_000;

export function createHealth(deps: HealthDeps): readonly HealthCheck[] {
  const { server, probe, delivery, journal, connectors, dataDir } = deps;
  const checks: HealthCheck[] = [
    { name: 'server', optional: false, check: () => (server.isStopping ? 'stopping' : null) },
    { name: 'store', optional: false, check: async () => (await probe()).problem },
    { name: 'log', optional: false, check: () => logProblem(deps) },
    { name: 'delivery', optional: false, check: () => deliveryProblem(delivery) },
    { name: 'journal', optional: true, check: () => journalProblem(journal) },
    { name: 'size', optional: true, check: () => sizeProblem(deps) },
    { name: 'disk', optional: true, check: () => diskProblem(dataDir) },
    { name: 'connectors', optional: true, check: () => connectorsProblem(connectors) },
  ];
  return checks.map((check) => told(check, deps.logger));
}

async function logProblem({ probe, log, clock, maxBytes }: HealthDeps): Promise<string | null> {
  const refusal = log.refusal();
  // A store can fill up within the second for which an answer holds; what was refused since then needs a new one.
  const { usedBytes } = await probe(refusal?.at);
  if (maxBytes !== null && usedBytes !== null && usedBytes >= maxBytes) {
    return `the store holds ${megabytes(usedBytes)}, and retention.maxBytes is ${megabytes(maxBytes)}: no event is taken`;
  }
  if (!refusal || clock.monotonic() - refusal.at >= refusalCountsMs) return null;
  return `events are refused: ${refusal.reason}`;
}

/** Percent of `retention.maxBytes` from which on somebody should act, the last before events are refused last. */
const worryingPercents = [80, 90];

/** The text changes with the step alone: it is told in the log once for each. */
async function sizeProblem({ probe, log, maxBytes }: HealthDeps): Promise<string | null> {
  const { usedBytes } = await probe(log.refusal()?.at);
  if (maxBytes === null || usedBytes === null) return null;
  const step = worryingPercents.findLast((percent) => usedBytes * 100 >= maxBytes * percent);
  if (step === undefined) return null;
  return `over ${step} % of retention.maxBytes (${megabytes(maxBytes)}) are used; at 100 % events are refused`;
}

function deliveryProblem(delivery: Pick<Delivery, 'trouble'>): string | null {
  const problem = delivery.trouble();
  return problem === null ? null : `nothing is sent: ${problem}`;
}

/** It reads faster than events come in by far: so many are only met after a start, or when it gets no further. */
const worryingEvents = 10_000;

function journalProblem(journal: HealthDeps['journal']): string | null {
  const trouble = journal.trouble();
  const behind = journal.behind();
  if (trouble !== null) return `calls are not kept, ${behind} events behind: ${trouble}`;
  return behind < worryingEvents ? null : `${behind} events behind: the newest calls are not in it yet`;
}

async function diskProblem(dir: string): Promise<string | null> {
  try {
    return spaceProblem(await diskSpace(dir));
  } catch (error) {
    return `the free space of ${dir} can't be found out (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** One that is down is told, and does not take the rest out of service. */
function connectorsProblem(connectors: readonly Connector[]): string | null {
  const down = connectors.filter((connector) => connector.status().state !== 'up').map(({ id }) => id);
  return down.length === 0 ? null : `not up: ${down.join(', ')}`;
}

/** What is wrong is told once, though its figures change; of the size each step is. */
const isNews = ({ name }: HealthCheck, was: string | null, problem: string): boolean =>
  was === null || (name === 'size' && was !== problem);

function told(check: HealthCheck, logger: Logger): HealthCheck {
  let was: string | null = null;
  return {
    ...check,
    check: async () => {
      const problem = await check.check();
      if (problem !== null && isNews(check, was, problem)) logger.warn({ check: check.name, problem }, 'not well');
      if (problem === null && was !== null) logger.info({ check: check.name }, 'well again');
      was = problem;
      return problem;
    },
  };
}
