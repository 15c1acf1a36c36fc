/** How many events came in and were refused, by where they came from. */
import type { Registry } from 'prom-client';
import { counter } from './scraped.ts';

/** `http`, the kind of a connector, or `offhook` for what the server itself has to say. */
type SourceKind = string;

export class EventCounts {
  readonly #accepted = new Map<SourceKind, { fresh: number; repeated: number }>();
  readonly #refused = new Map<SourceKind, Map<string, number>>();

  /** Durable now, or known from before. */
  accepted(source: SourceKind, fresh: number, repeated: number): void {
    let counts = this.#accepted.get(source);
    if (!counts) this.#accepted.set(source, (counts = { fresh: 0, repeated: 0 }));
    counts.fresh += fresh;
    counts.repeated += repeated;
  }

  /** A request or hand-over, however many events were in it. @param reason one of few */
  refused(source: SourceKind, reason: string): void {
    let reasons = this.#refused.get(source);
    if (!reasons) this.#refused.set(source, (reasons = new Map()));
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }

  register(registry: Registry): void {
    counter(
      registry,
      {
        name: 'offhook_events_accepted_total',
        help: 'Events that are durable, by source (http, offhook, or the kind of a connector), and whether the id was known',
        labels: ['source', 'duplicate'],
      },
      () =>
        [...this.#accepted].flatMap(([source, { fresh, repeated }]) => [
          [source, 'no', fresh] as const,
          [source, 'yes', repeated] as const,
        ]),
    );
    counter(
      registry,
      {
        name: 'offhook_events_refused_total',
        help: 'Requests and hand-overs of events that were refused, by source and reason (the code of the problem)',
        labels: ['source', 'reason'],
      },
      () =>
        [...this.#refused].flatMap(([source, reasons]) =>
          [...reasons].map(([reason, count]) => [source, reason, count] as const),
        ),
    );
  }
}
