/** From the producer's request sent to the receiver's request received, on the clock all processes share. */
import type { PacedPlan } from '../programs/generator.ts';
import { quantile } from './figure.ts';
import type { Generator } from './generator.ts';
import type { Sink } from './sink.ts';

export interface Latency {
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
  /** Until the producer had its answer, in the middle. */
  readonly answered: number;
}

/** Sends at the plan's rate and waits until everything arrived. The sink is reset first. */
export async function measureLatency(generator: Generator, sink: Sink, plan: PacedPlan): Promise<Latency> {
  await sink.call('reset', { keepArrivals: true });
  const { sentAt, answeredIn } = await generator.call('paced', plan);
  const times = await timesUntilReceived(sink, sentAt);
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99), answered: quantile(answeredIn, 0.5) };
}

/** Waits until everything arrived. @param sentAt when each was sent, on the shared clock, by its key at the sink */
export async function timesUntilReceived(sink: Sink, sentAt: ReadonlyMap<string, number>): Promise<number[]> {
  await sink.call('reached', sentAt.size);
  const arrivals = await sink.call('arrivals', undefined);
  return [...sentAt].map(([id, at]) => (arrivals.get(id) ?? Infinity) - at);
}
