/** Holds what a receiver saw against what was accepted and when the server was killed. Pure. */
import { usualMaxInFlight } from '../../../src/delivery/edits/endpoint-book.ts';
import type { AcceptedEvent } from './load.ts';
import type { Arrival } from './receivers.ts';
import { type StallSample, stallSince } from './stall-watch.ts';

/** What ended one run of the server; the first one ended run 0. */
export interface Kill {
  /** By `performance.now()`. */
  readonly at: number;
  /** How long this machine made the server wait before then. */
  readonly samples: readonly StallSample[];
}

/** A 2xx that was sent this long before a kill must have been made durable, milliseconds. */
const promisedMs = 50;
/** Results are gathered for 10 ms, or for as long as the flush under way takes, and then written: so long, milliseconds. */
const flushMs = 20;

export interface Verdict {
  /** What must not be; empty when all held. */
  readonly faults: readonly string[];
  readonly arrivals: number;
  /** Arrivals of a delivery that had been answered with 2xx before. */
  readonly repeats: number;
  /** How many of them each kill was the cause of. */
  readonly repeatsByKill: readonly number[];
  /** Most repeats of one kill that one flush does not account for: at most what was under way. */
  readonly mostBeyondFlush: number;
  /** The longest that a repeated delivery's 2xx came before the kill, milliseconds. */
  readonly oldestRepeatMs: number;
}

export function judge(
  receiver: string,
  arrivals: readonly Arrival[],
  accepted: readonly AcceptedEvent[],
  kills: readonly Kill[],
): Verdict {
  const repeats = findRepeats(arrivals, kills);
  const faults = [
    ...missing(arrivals, accepted),
    ...unstableIds(arrivals, accepted),
    ...overtaking(arrivals, accepted),
    ...repeats.faults,
    ...tooMany(repeats, kills),
  ];
  return {
    faults: faults.map((fault) => `${receiver}: ${fault}`),
    arrivals: arrivals.length,
    repeats: repeats.count,
    repeatsByKill: kills.map((kill) => repeats.byKill.get(kill) ?? 0),
    mostBeyondFlush: Math.max(0, ...repeats.beyondFlush.values()),
    oldestRepeatMs: repeats.oldestMs,
  };
}

function missing(arrivals: readonly Arrival[], accepted: readonly AcceptedEvent[]): string[] {
  const taken = new Set(arrivals.filter(({ answeredAt }) => answeredAt !== null).map(({ event }) => event));
  return accepted.filter(({ id }) => !taken.has(id)).map(({ id, seq }) => `${id} (${seq}) was accepted and never came`);
}

/** One delivery id for each event, which ends in its sequence. */
function unstableIds(arrivals: readonly Arrival[], accepted: readonly AcceptedEvent[]): string[] {
  const seqs = new Map(accepted.map(({ id, seq }) => [id, seq]));
  const ids = new Map<string, string>();
  const faults: string[] = [];
  for (const { event, delivery } of arrivals) {
    const known = ids.get(event);
    if (known === undefined) {
      ids.set(event, delivery);
      const seq = seqs.get(event);
      if (seq === undefined) faults.push(`${event} came, and nobody sent it`);
      else if (!delivery.endsWith(`-${seq}`)) faults.push(`${event} has sequence ${seq} and came as ${delivery}`);
    } else if (known !== delivery) faults.push(`${event} came as ${known}, then as ${delivery}`);
  }
  return faults;
}

/** An event comes for the first time only after the one before it in its call was taken. */
function overtaking(arrivals: readonly Arrival[], accepted: readonly AcceptedEvent[]): string[] {
  const before = predecessors(accepted);
  const seen = new Set<string>();
  const takenAt = new Map<string, number>();
  for (const { event, answeredAt } of arrivals) {
    if (answeredAt !== null && !takenAt.has(event)) takenAt.set(event, answeredAt);
  }
  const faults: string[] = [];
  for (const { event, at } of arrivals) {
    if (seen.has(event)) continue;
    seen.add(event);
    const previous = before.get(event);
    if (previous !== undefined && (takenAt.get(previous) ?? Infinity) > at) {
      faults.push(`${event} came before ${previous} was taken`);
    }
  }
  return faults;
}

function predecessors(accepted: readonly AcceptedEvent[]): Map<string, string> {
  const names = new Map(accepted.map(({ id, call, index }) => [`${call} ${index}`, id]));
  const before = new Map<string, string>();
  for (const { id, call, index } of accepted) {
    const previous = names.get(`${call} ${index - 1}`);
    if (previous !== undefined) before.set(id, previous);
  }
  return before;
}

interface Repeats {
  readonly count: number;
  readonly byKill: ReadonlyMap<Kill, number>;
  /** Taken longer before the kill than a flush takes. */
  readonly beyondFlush: ReadonlyMap<Kill, number>;
  readonly oldestMs: number;
  readonly faults: readonly string[];
}

/** A delivery that was taken may come again only if its run was killed within the time that a flush may take. */
function findRepeats(arrivals: readonly Arrival[], kills: readonly Kill[]): Repeats {
  const taken = new Map<string, { readonly at: number; readonly run: number }>();
  const byKill = new Map<Kill, number>();
  const beyondFlush = new Map<Kill, number>();
  const faults: string[] = [];
  let count = 0;
  let oldestMs = 0;
  for (const { delivery, run, answeredAt } of arrivals) {
    const earlier = taken.get(delivery);
    const kill = earlier && earlier.run < run ? kills[earlier.run] : undefined;
    if (earlier && kill) {
      const age = kill.at - earlier.at;
      byKill.set(kill, (byKill.get(kill) ?? 0) + 1);
      oldestMs = Math.max(oldestMs, age);
      const stallMs = stallSince(kill.samples, earlier.at);
      if (age > flushMs + stallMs) beyondFlush.set(kill, (beyondFlush.get(kill) ?? 0) + 1);
      if (age > promisedMs + stallMs) faults.push(lateRepeat(delivery, age, kill));
    } else if (earlier) {
      faults.push(`${delivery} was taken and came again, without a kill in between`);
    }
    if (earlier) count++;
    if (answeredAt !== null) taken.set(delivery, { at: answeredAt, run });
  }
  return { count, byKill, beyondFlush, oldestMs, faults };
}

/** What one flush would have made durable may come again, and what was under way: its answer may not have been read. */
function tooMany({ beyondFlush }: Repeats, kills: readonly Kill[]): string[] {
  return [...beyondFlush]
    .filter(([, count]) => count > usualMaxInFlight)
    .map(
      ([kill, count]) =>
        `kill ${kills.indexOf(kill)} repeated ${count} besides one flush, of ${usualMaxInFlight} under way`,
    );
}

function lateRepeat(delivery: string, age: number, { at, samples }: Kill): string {
  const stallMs = Math.round(stallSince(samples, at - age));
  return `${delivery} was taken ${Math.round(age)} ms before the kill and came again (the machine stalled ${stallMs} ms)`;
}
