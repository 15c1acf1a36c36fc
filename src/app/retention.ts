/**
 * Retention: every minute, what is older than it may be goes, a bit at a time, so that nobody who writes is kept
 * waiting. A failure is logged and tried again a minute later.
 */
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Service } from '../kit/service.ts';
import type { EventLog } from '../log/event-log.ts';
import type { AttemptQueries } from '../records/attempt-queries.ts';
import type { AuditStore } from '../records/audit-store.ts';
import type { CallJournal } from '../records/call-journal.ts';
import type { IdempotencyStore } from '../records/idempotency-store.ts';

export interface RetentionDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'trim'>;
  readonly attempts: Pick<AttemptQueries, 'trimAttempts'>;
  /** Ended ones go with their attempts, and those of erasures with the audit. */
  readonly replays: { forget(endedBefore: number): Promise<void> };
  readonly erasures: { forget(endedBefore: number): Promise<void> };
  readonly idempotency: Pick<IdempotencyStore, 'forgetBefore'>;
  readonly audit: Pick<AuditStore, 'trim'>;
  readonly calls: Pick<CallJournal, 'trim'>;
  /** Called each time: who looks at the size, so that it is told before the store is full. */
  readonly look: () => Promise<unknown>;
  readonly eventsMs: number;
  readonly attemptsMs: number;
  readonly auditMs: number;
  readonly callsMs: number;
}

const everyMs = 60_000;
/** One step takes some ten milliseconds of the writer, and others get in between. */
const perStep = 2_000;
const answersMs = 86_400_000;

export function createRetention(deps: RetentionDeps): Service {
  let timer: Timer | null = null;
  let running: Promise<void> = Promise.resolve();
  const stopping = new AbortController();

  const repeat = async (step: () => Promise<{ readonly more: boolean }>): Promise<void> => {
    let more = true;
    while (more && !stopping.signal.aborted) ({ more } = await step());
  };
  const run = async (): Promise<void> => {
    const now = deps.clock.now();
    await repeat(() => deps.log.trim({ acceptedBefore: now - deps.eventsMs, limit: perStep }));
    await repeat(() => deps.attempts.trimAttempts({ startedBefore: now - deps.attemptsMs, now, limit: perStep }));
    if (!stopping.signal.aborted) await deps.replays.forget(now - deps.attemptsMs);
    if (!stopping.signal.aborted) await deps.erasures.forget(now - deps.auditMs);
    await repeat(() => deps.audit.trim({ before: now - deps.auditMs, now, limit: perStep }));
    await repeat(() => deps.calls.trim({ startedBefore: now - deps.callsMs, limit: perStep }));
    await deps.look();
    await repeat(() => deps.idempotency.forgetBefore(now - answersMs));
  };
  const cycle = (): void => {
    running = run()
      .catch((error: unknown) => deps.logger.error({ reason: String(error) }, 'retention could not be applied'))
      .then(() => {
        if (!stopping.signal.aborted) timer = deps.clock.schedule(everyMs, cycle);
      });
  };
  return {
    start: async () => cycle(),
    stop: async () => {
      stopping.abort();
      timer?.cancel();
      await running;
    },
  };
}
