import type { LiveCalls } from '../calls/live/index.ts';
import type { Journalist } from '../calls/journal/index.ts';
import type { Reporter } from '../calls/reports.ts';
import type { KnownCalls } from '../connectors/reported/known-calls.ts';
import { createReportIntake, type ReportIntake } from '../connectors/reported/intake.ts';
import { LogFullError } from '../log/event-log.ts';
import { everything } from '../model/scope.ts';
import { numberReaders } from '../model/numbers/index.ts';
import type { CallJournal } from '../records/call-journal.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { Base } from './base.ts';
import { createConnectorHost } from './connector-host.ts';
import type { AppMetrics } from './metrics/app-metrics.ts';
import type { Parts } from './parts.ts';
import type { Store } from './store.ts';

interface ReportDeps extends Store {
  readonly live: LiveCalls;
  readonly journal: Journalist;
  readonly tenants: Tenants;
  readonly metrics: AppMetrics;
}

/** Source that its events are counted under. */
const kind = 'reports';

/** What other phone systems report, into the log. */
export async function startReports(
  parts: Parts,
  { clock, random, logger, config }: Base,
  { log, records, live, journal, tenants, metrics }: ReportDeps,
): Promise<ReportIntake> {
  const host = createConnectorHost(kind, {
    clock,
    random,
    logger,
    log,
    onAccepted: (fresh, repeated) => metrics.events.accepted(kind, fresh, repeated),
    onRefused: (error) => metrics.events.refused(kind, error instanceof LogFullError ? 'log_full' : 'other'),
    openCalls: () => [],
    knownPeople: () => [],
  });
  const { country } = config.defaults;
  const intake = createReportIntake({
    clock,
    logger,
    accept: (events) => host.accept(events),
    calls: knownCalls(live, journal, records.calls, () => reportersOf(tenants)),
    numbers: numberReaders((domain) => tenants.countryOf(domain) ?? country),
  });
  await parts.add(
    'reports of other phone systems',
    () => intake.start(),
    () => intake.stop(),
  );
  return intake;
}

function reportersOf({ sources }: Tenants): readonly Reporter[] {
  const reporters = new Map<string, Reporter>();
  for (const { connector, reseller, domain } of sources.all()) {
    reporters.set(`${domain}\u0000${connector}`, { connector, reseller, domain });
  }
  return [...reporters.values()];
}

/** A call that ended just now may not be in the journal yet: so long it is waited for, milliseconds. */
const mostWaited = 1_000;

function knownCalls(
  live: LiveCalls,
  journal: Journalist,
  calls: Pick<CallJournal, 'find'>,
  reporters: () => readonly Reporter[],
): KnownCalls {
  const accessOf = ({ reseller, domain }: Reporter) => ({ ...everything, reseller, domain });
  return {
    reporters,
    open: (reporter) => live.inProgress(accessOf(reporter)).filter(({ connector }) => connector === reporter.connector),
    find: async (reporter, callId) => {
      await journal.caughtUp(mostWaited, ({ call }) => call.id === callId);
      const found = await calls.find(accessOf(reporter), callId);
      return found?.connector === reporter.connector ? found : null;
    },
  };
}
