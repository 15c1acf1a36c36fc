/**
 * Metrics that are read off running parts when somebody asks: what happens in between costs an addition to a plain
 * number at most.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { PlainHistogram } from './plain-histogram.ts';

export interface Declared<Label extends string = never> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

/** One line: a value for each label, in the order they were declared, and the figure. NaN: not known, so left out. */
export type Line = readonly [...labels: readonly (string | number)[], value: number];

type Reading = Iterable<Line>;

/** @param read all lines there are at this moment; series that are not among them are no more */
export function gauge<Label extends string = never>(
  registry: Registry,
  { name, help, labels = [] }: Declared<Label>,
  read: () => Reading | Promise<Reading>,
): void {
  const metric: Gauge<Label> = new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect: () => filled(metric, read(), (line) => metric.set(named(labels, line), valueOf(line))),
  });
}

/** The same of figures that only grow. */
export function counter<Label extends string = never>(
  registry: Registry,
  { name, help, labels = [] }: Declared<Label>,
  read: () => Reading,
): void {
  const metric: Counter<Label> = new Counter({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect: () => filled(metric, read(), (line) => metric.inc(named(labels, line), valueOf(line))),
  });
}

/** Cleared and filled within one turn: two who ask at once get the whole each. */
function filled(
  metric: { reset(): void },
  reading: Reading | Promise<Reading>,
  put: (line: Line) => void,
): void | Promise<void> {
  const fill = (lines: Reading): void => {
    metric.reset();
    for (const line of lines) if (!Number.isNaN(valueOf(line))) put(line);
  };
  return reading instanceof Promise ? reading.then(fill) : fill(reading);
}

const valueOf = (line: Line): number => line[line.length - 1] as number;

function named<Label extends string>(labels: readonly Label[], line: Line): Partial<Record<Label, string>> {
  return Object.fromEntries(labels.map((label, index) => [label, String(line[index])])) as Record<Label, string>;
}

type HistogramObject = Awaited<ReturnType<Histogram['get']>>;

/** A histogram that is kept elsewhere. */
class ScrapedHistogram extends Histogram<'le'> {
  readonly #empty: Histogram;
  readonly #kept: PlainHistogram;

  constructor(registry: Registry, { name, help }: Declared, kept: PlainHistogram) {
    const buckets = [...kept.bounds];
    super({ name, help, buckets, registers: [registry] });
    this.#empty = new Histogram({ name, help, buckets, registers: [] });
    this.#kept = kept;
  }

  override async get(): Promise<HistogramObject> {
    const shown = await this.#empty.get();
    const { name } = shown;
    const { bounds, sum, count } = this.#kept;
    const buckets = [...this.#kept.cumulated()].map((value, index) => {
      return { metricName: `${name}_bucket`, labels: { le: bounds[index] ?? '+Inf' }, value };
    });
    const whole = [
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
    return { ...shown, values: [...buckets, ...whole] };
  }

  /** What the registry asks for where it is there. */
  getForPromString(): Promise<HistogramObject> {
    return this.get();
  }
}

export function histogram(registry: Registry, declared: Declared, kept: PlainHistogram): void {
  // It registers itself.
  void new ScrapedHistogram(registry, declared, kept);
}
