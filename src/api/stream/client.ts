/**
 * One client of the stream. It is pulled by the connection: while the client does not read, nothing is made for it,
 * so a slow one costs no memory. States: *reading* (frames are taken from the newest events, or from the store where
 * those do not reach back far enough), *waiting* (all was sent; news, or every 15 s a heartbeat, go on), *closed*.
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
    yield 'retry: 2000\n\n';
    const place = request.after === null ? null : attachCursor(deps.log, { log: deps.log.id, seq: request.after });
    if (place?.gap) yield gapFrame(place.gap);
    let seq = place?.next.seq ?? deps.log.head();
    while (!bell.isClosed()) {
      const deliveries = queue.take();
      if (deliveries !== '') yield deliveries;
      const page = request.after === null ? { text: '', seq } : await nextPage(deps, request, seq);
      const moved = page.seq > seq;
      seq = page.seq;
      if (page.text !== '') yield page.text;
      if (!moved && deliveries === '' && (await bell.wait(heartbeatMs)) === 'silence') yield heartbeat(seq);
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
  /** Until somebody rings (also before the wait began), the client goes, or so long nothing happens. */
  wait(forMs: number): Promise<'rung' | 'silence'>;
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
        const settle = (how: 'rung' | 'silence'): void => {
          timer.cancel();
          wake = null;
          isRung = false;
          resolve(how);
        };
        const timer = clock.schedule(forMs, () => settle('silence'));
        wake = () => settle('rung');
        if (isRung) wake();
      }),
    isClosed: () => ends.some((end) => end.aborted),
    close: () => {
      for (const end of ends) end.removeEventListener('abort', ring);
    },
  };
}
