/** How many notifications of other systems came in and what became of them, by dialect. */
import type { Registry } from 'prom-client';
import { counter } from './scraped.ts';

/**
 * `taken`: what it says is in the log. `repeated`: it says nothing new, as one that came twice, or that contradicts what was said
 * to be over. `ignored`: it concerns nobody. `refused`: it can't be understood. `busy`: nothing could be
 * taken then. `unknown_token`, `wrong_network`: answered as a path that is not there.
 */
export type ReportOutcome = 'taken' | 'repeated' | 'ignored' | 'refused' | 'busy' | 'unknown_token' | 'wrong_network';

export class ReportCounts {
  readonly #outcomes = new Map<string, Map<ReportOutcome, number>>();
  readonly #doubts = new Map<string, Map<string, number>>();

  came(dialect: string, outcome: ReportOutcome): void {
    addTo(this.#outcomes, dialect, outcome);
  }

  /** @param kind one of few */
  doubted(dialect: string, kind: string): void {
    addTo(this.#doubts, dialect, kind);
  }

  register(registry: Registry): void {
    const labels = ['dialect', 'outcome'] as const;
    const help = 'Notifications of other phone systems, by dialect and what became of them';
    counter(registry, { name: 'offhook_reports_total', help, labels }, () => linesOf(this.#outcomes));
    counter(
      registry,
      {
        name: 'offhook_report_doubts_total',
        help: 'What in notifications of other phone systems was passed over or guessed, by dialect and kind',
        labels: ['dialect', 'kind'],
      },
      () => linesOf(this.#doubts),
    );
  }
}

type Counts<Key extends string> = Map<string, Map<Key, number>>;

function addTo<Key extends string>(counts: Counts<Key>, dialect: string, key: Key): void {
  const own = counts.get(dialect) ?? new Map<Key, number>();
  counts.set(dialect, own);
  own.set(key, (own.get(key) ?? 0) + 1);
}

const linesOf = (counts: Counts<string>) =>
  [...counts].flatMap(([dialect, own]) => [...own].map(([key, count]) => [dialect, key, count] as const));
