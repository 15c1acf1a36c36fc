/**
 * Retention: every minute, what is older than it may be goes, a bit at a time, so that nobody who writes is kept
 * waiting. A step that fails keeps none of the others from running: it is tried again a minute later, and logged when it
 * begins to fail and when it goes on.
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

type Step = () => Promise<{ readonly more: boolean }>;

const once = async (done: Promise<unknown>): Promise<{ readonly more: boolean }> => {
  await done;
  return { more: false };
};

function stepsAt(deps: RetentionDeps, now: number): readonly (readonly [what: string, step: Step])[] {
  const { log, attempts, replays, erasures, audit, calls, look, idempotency } = deps;
  const limit = perStep;
  const attemptsBefore = now - deps.attemptsMs;
  const auditBefore = now - deps.auditMs;
  return [
    ['events', () => log.trim({ acceptedBefore: now - deps.eventsMs, limit })],
    ['attempts', () => attempts.trimAttempts({ startedBefore: attemptsBefore, now, limit })],
    ['replays', () => once(replays.forget(attemptsBefore))],
    ['erasures', () => once(erasures.forget(auditBefore))],
    ['audit', () => audit.trim({ before: auditBefore, now, limit })],
    ['calls', () => calls.trim({ startedBefore: now - deps.callsMs, limit })],
    ['size', () => once(look())],
    ['answers', () => idempotency.forgetBefore(now - answersMs)],
  ];
}

export function createRetention(deps: RetentionDeps): Service {
  let timer: Timer | null = null;
  let running: Promise<void> = Promise.resolve();
  const stopping = new AbortController();
  /** What could not be done when it was tried last. */
  const failing = new Set<string>();

  const repeat = async (step: Step): Promise<void> => {
    let more = true;
    while (more && !stopping.signal.aborted) ({ more } = await step());
  };
  const attempt = async (what: string, step: () => Promise<unknown>): Promise<void> => {
    if (stopping.signal.aborted) return;
    try {
      await step();
      if (failing.delete(what)) deps.logger.info({ what }, 'retention is applied again');
    } catch (error) {
      if (!failing.has(what)) deps.logger.error({ what, reason: String(error) }, 'retention could not be applied');
      failing.add(what);
    }
  };
  const run = async (): Promise<void> => {
    for (const [what, step] of stepsAt(deps, deps.clock.now())) await attempt(what, () => repeat(step));
  };
  const cycle = (): void => {
    running = run().then(() => {
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
