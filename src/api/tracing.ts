import type { AppendOutcome, EventLog } from '../log/event-log.ts';
import type { NewEvent } from '../model/event.ts';

/** Follows events from where they come in; see `src/app/tracing/`. */
export interface Tracing {
  /**
   * Events came in and are about to be appended.
   * @param traceparent as the sender wrote it (W3C Trace Context), if it did
   * @param startedAt wall clock, milliseconds
   */
  arrived(events: readonly NewEvent[], traceparent: string | undefined, startedAt: number): Arrival;
}

export interface Arrival {
  /** They are durable, or were refused. */
  appended(durable: boolean): void;
}

/** Appends, and says so to whoever follows. */
export function appendTraced(
  log: Pick<EventLog, 'append'>,
  events: readonly NewEvent[],
  arrival: Arrival | undefined,
): Promise<readonly AppendOutcome[]> {
  const appended = log.append(events);
  if (arrival)
    appended.then(
      () => arrival.appended(true),
      () => arrival.appended(false),
    );
  return appended;
}
