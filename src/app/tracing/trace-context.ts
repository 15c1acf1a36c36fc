/**
 * Which trace an event belongs to. Nothing of it is stored: a sender's trace is remembered in memory, for so many events;
 * where there was none, or it was forgotten (a restart, a retry hours later), the trace is made from the event's id, and
 * so is the same for every attempt of every life of the server.
 */
import { hash } from 'node:crypto';

export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits; null: nothing stands above it. */
  readonly parentId: string | null;
}

/** A sender's wish in the header `traceparent`. */
export interface SentContext extends TraceContext {
  /** It records this trace. */
  readonly isSampled: boolean;
}

const shape = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

/** Null where it is missing or not right: as if it had not come. */
export function readTraceparent(text: string | undefined): SentContext | null {
  if (text === undefined || text.length > 200) return null;
  const [, traceId, parentId, flags] = shape.exec(text) ?? [];
  if (traceId === undefined || parentId === undefined || /^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, isSampled: (Number.parseInt(flags as string, 16) & 1) === 1 };
}

export const traceparent = (traceId: string, spanId: string): string => `00-${traceId}-${spanId}-01`;

/** An event's own trace. */
export const traceOfEvent = (eventId: string): string => hash('sha256', `trace ${eventId}`).slice(0, 32);

/** The same whenever it is asked: what is sent to a receiver and what is reported of it later name one span. */
export const spanOfAttempt = (deliveryId: string, attempt: number): string =>
  hash('sha256', `attempt ${deliveryId} ${attempt}`).slice(0, 16);

/** Whether a trace is among those that are recorded: told by its id, so that all who ask agree. @param ratio 0 to 1 */
export const isAmong = (traceId: string, ratio: number): boolean =>
  Number.parseInt(traceId.slice(-8), 16) / 2 ** 32 < ratio;

export interface EventContext extends TraceContext {
  readonly isSampled: boolean;
}

/** Traces of the newest events that came with one. */
export class KnownTraces {
  readonly #most: number;
  readonly #known = new Map<string, EventContext>();

  constructor(most: number) {
    this.#most = most;
  }

  put(eventId: string, context: EventContext): void {
    this.#known.set(eventId, context);
    if (this.#known.size <= this.#most) return;
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }

  get(eventId: string): EventContext | undefined {
    return this.#known.get(eventId);
  }
}
