/**
 * What happens to an event as spans: `ingest` (a request or hand-over) with `append` in it, and `deliver` for each
 * attempt, which stands under `ingest` while that is remembered. Ids and fields are those of the log lines.
 */
import type { Arrival, Tracing } from '../../api/tracing.ts';
import type { AttemptObserver, AttemptReport } from '../../delivery/attempt-observer.ts';
import type { Clock } from '../../kit/clock.ts';
import { secretHex } from '../../kit/random.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import type { NewEvent } from '../../model/event.ts';
import { attemptLine } from '../attempt-log/attempt-fields.ts';
import type { Span } from './span.ts';
import {
  type EventContext,
  isAmong,
  KnownTraces,
  readTraceparent,
  spanOfAttempt,
  traceOfEvent,
  traceparent,
} from './trace-context.ts';

export interface TracerDeps {
  readonly clock: Clock;
  /** Share of the traces without a wish of the sender that are recorded, 0 to 1. */
  readonly ratio: number;
  readonly put: (span: Span) => void;
}

/** About 200 bytes each. */
const mostRemembered = 10_000;

export class Tracer implements Tracing, AttemptObserver {
  readonly #deps: TracerDeps;
  readonly #known = new KnownTraces(mostRemembered);

  constructor(deps: TracerDeps) {
    this.#deps = deps;
  }

  arrived(events: readonly NewEvent[], header: string | undefined, startedAt: number): Arrival {
    const first = events[0];
    const sent = readTraceparent(header);
    if (!first) return { appended: () => {} };
    const traceId = sent?.traceId ?? traceOfEvent(first.id);
    const isSampled = sent ? sent.isSampled : isAmong(traceId, this.#deps.ratio);
    const ingestId = secretHex(8);
    for (const { id } of events) this.#known.put(id, { traceId, parentId: ingestId, isSampled });
    if (!isSampled) return { appended: () => {} };
    const { connector } = first;
    const attributes = { 'offhook.event': first.id, 'offhook.connector': connector, 'offhook.events': events.length };
    const appendAt = this.#deps.clock.now();
    const appended = (durable: boolean): void => {
      const facts = { traceId, endedAt: this.#deps.clock.now(), attributes, error: durable ? null : 'refused' };
      const append = { spanId: secretHex(8), parentId: ingestId, name: 'append', kind: 'internal' } as const;
      const ingest = { spanId: ingestId, parentId: sent?.parentId ?? null, name: 'ingest', kind: 'server' } as const;
      this.#deps.put({ ...facts, ...append, startedAt: appendAt });
      this.#deps.put({ ...facts, ...ingest, startedAt });
    };
    return { appended };
  }

  attempted(report: AttemptReport): void {
    const first = report.events[0];
    if (!first) return;
    const { traceId, parentId, isSampled } = this.#contextOf(first.id);
    if (!isSampled) return;
    const { verdict, subscription } = report;
    const line = attemptLine(report, { now: this.#deps.clock.now(), lag: null });
    const own = Object.entries(line).map(([name, value]) => [`offhook.${name}`, value] as const);
    this.#deps.put({
      traceId,
      spanId: spanOfAttempt(deliveryId(report.subscriptionNumber, report.seq, report.replay ?? 0), report.attempt),
      parentId,
      name: 'deliver',
      kind: 'client',
      startedAt: verdict.startedAt,
      endedAt: verdict.startedAt + verdict.durationMs,
      attributes: {
        ...Object.fromEntries(own),
        'http.request.method': subscription?.target.method ?? null,
        'http.request.resend_count': report.attempt > 1 ? report.attempt - 1 : null,
        'http.response.status_code': line.status,
        'error.type': line.failure ?? (line.status !== null && line.status >= 300 ? String(line.status) : null),
      },
      error: report.outcome === 'delivered' || report.outcome === 'skipped' ? null : report.outcome,
    });
  }

  recorded(): void {
    // What took no turn is in no trace.
  }

  /** For a receiver that is to go on with the trace; null where it is not recorded. */
  traceparentOf(eventId: string, delivery: string, attempt: number): string | null {
    const { traceId, isSampled } = this.#contextOf(eventId);
    return isSampled ? traceparent(traceId, spanOfAttempt(delivery, attempt)) : null;
  }

  #contextOf(eventId: string): EventContext {
    const known = this.#known.get(eventId);
    if (known) return known;
    const traceId = traceOfEvent(eventId);
    return { traceId, parentId: null, isSampled: isAmong(traceId, this.#deps.ratio) };
  }
}
