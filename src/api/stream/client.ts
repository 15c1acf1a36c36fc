/**
 * One client of the stream. It is pulled by the connection: while the client does not read, nothing is made for it,
 * so a slow one costs no memory. States: *reading* (frames are taken from the newest events, or from the store where
 * those do not reach back far enough), *waiting* (all was sent; news, or a heartbeat that is due, go on), *closed*. A
 * heartbeat is due 15 s after the client was last told anything, however much goes on that is not for this client.
 *
 * There is no gap between history and live, because both are one walk along the log by sequence. A place that
 * retention has passed is told as a `gap` event with its range.
 */
import type { Clock } from '../../kit/clock.ts';
import { attachCursor, type Gap } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { Event } from '../../model/event.ts';
import { eventText } from '../../model/event-text.ts';
import type { StoredAttempt } from '../../records/attempt-queries.ts';
import { attemptView } from '../deliveries/view.ts';
import type { StreamHub } from './hub.ts';

export interface StreamRequest {
  /** Events after this sequence; null: none are wanted. */
  readonly after: number | null;
  readonly wants: (event: Event) => boolean;
  /** Narrows reading from the store. */
  readonly domains: readonly string[] | undefined;
  /** Null: no deliveries are wanted. */
  readonly wantsDelivery: ((attempt: StoredAttempt) => boolean) | null;
}

interface StreamDeps {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly hub: StreamHub;
}

const heartbeatMs = 15_000;
const perPage = 200;
/** Deliveries kept for a client that is busy; more are told as missed. */
const mostQueued = 1_000;

/** Null: there is no room for another client. */
export function openStream(
  deps: StreamDeps,
  request: StreamRequest,
  closed: AbortSignal,
): AsyncGenerator<string> | null {
  const bell = createBell(deps.clock, [closed, deps.hub.signal]);
  const leave = deps.hub.enter(() => bell.ring());
  if (!leave) bell.close();
  return leave && frames(deps, request, bell, leave);
}

async function* frames(
  deps: StreamDeps,
  request: StreamRequest,
  bell: Bell,
  leave: () => void,
): AsyncGenerator<string> {
  const queue = createDeliveryQueue(deps, request, bell);
  try {
    const place = request.after === null ? null : attachCursor(deps.log, { log: deps.log.id, seq: request.after });
    let seq = place?.next.seq ?? deps.log.head();
    let saidAt = deps.clock.monotonic();
    yield beginning(seq, place?.gap ?? null);
    while (!bell.isClosed()) {
      const deliveries = queue.take();
      const page = request.after === null ? { text: '', seq: deps.log.head() } : await nextPage(deps, request, seq);
      const isAtEnd = request.after === null || page.seq === seq;
      seq = page.seq;
      const dueInMs = saidAt + heartbeatMs - deps.clock.monotonic();
      const text = deliveries + page.text || (dueInMs <= 0 ? heartbeat(seq) : '');
      if (text !== '') {
        saidAt = deps.clock.monotonic();
        yield text;
      } else if (isAtEnd) await bell.wait(dueInMs);
    }
  } finally {
    queue.close();
    leave();
    bell.close();
  }
}

async function nextPage(deps: StreamDeps, request: StreamRequest, seq: number): Promise<{ text: string; seq: number }> {
  const recent = deps.hub.recent.after(seq);
  if (recent) return { text: framesOf(recent, request), seq: recent.at(-1)?.seq ?? seq };
  const place = attachCursor(deps.log, { log: deps.log.id, seq });
  const { domains } = request;
  const page = await deps.log.read({ after: place.next.seq, limit: perPage, ...(domains && { domains }) });
  const gap = place.gap ? gapFrame(place.gap) : '';
  return { text: gap + framesOf(page.events, request), seq: Math.max(page.scannedTo, place.next.seq) };
}

const framesOf = (events: readonly Event[], request: StreamRequest): string => {
  let text = '';
  for (const event of events) {
    if (request.wants(event)) text += `id: ${event.seq}\nevent: event\ndata: ${eventText(event)}\n\n`;
  }
  return text;
};

const gapFrame = (gap: Gap): string => `event: gap\ndata: ${JSON.stringify(gap)}\n\n`;
/** Names the place at once: who loses the connection before the first event misses none. A gap is told before it. */
const beginning = (seq: number, gap: Gap | null): string =>
  `retry: 2000\n\n${gap ? gapFrame(gap) : ''}: from here\nid: ${seq}\n\n`;
/** Names the place too, so that a client that wants little resumes where it stands and not where it last got something. */
const heartbeat = (seq: number): string => `: still here\nid: ${seq}\n\n`;

interface DeliveryQueue {
  /** Frames of what came since the last time. */
  take(): string;
  close(): void;
}

function createDeliveryQueue({ hub }: StreamDeps, { wantsDelivery }: StreamRequest, bell: Bell): DeliveryQueue {
  if (!wantsDelivery) return { take: () => '', close: () => {} };
  let queued: string[] = [];
  let missed = false;
  const off = hub.deliveries.watch((attempts, someMissed) => {
    missed ||= someMissed;
    for (const attempt of attempts) {
      if (!wantsDelivery(attempt)) continue;
      if (queued.length < mostQueued) queued.push(`event: delivery\ndata: ${JSON.stringify(attemptView(attempt))}\n\n`);
      else missed = true;
    }
    bell.ring();
  });
  return {
    take: () => {
      const text = queued.join('') + (missed ? 'event: missed\ndata: {"what":"deliveries"}\n\n' : '');
      queued = [];
      missed = false;
      return text;
    },
    close: off,
  };
}

interface Bell {
  ring(): void;
  /** Until somebody rings (also before the wait began), the client goes, or so long has passed. */
  wait(forMs: number): Promise<void>;
  isClosed(): boolean;
  close(): void;
}

function createBell(clock: Clock, ends: readonly AbortSignal[]): Bell {
  let isRung = false;
  let wake: (() => void) | null = null;
  const ring = (): void => {
    isRung = true;
    wake?.();
  };
  for (const end of ends) end.addEventListener('abort', ring, { once: true });
  return {
    ring,
    wait: (forMs) =>
      new Promise((resolve) => {
        const settle = (): void => {
          timer.cancel();
          wake = null;
          isRung = false;
          resolve();
        };
        const timer = clock.schedule(forMs, settle);
        wake = settle;
        if (isRung) settle();
      }),
    isClosed: () => ends.some((end) => end.aborted),
    close: () => {
      for (const end of ends) end.removeEventListener('abort', ring);
    },
  };
}
