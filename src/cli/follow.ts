/** Following the stream: lines for people or JSON, over lost connections, until somebody stops it. */
import type { Clock } from '../kit/clock.ts';
import { delay } from '../kit/clock.ts';
import type { ApiClient } from './client.ts';
import { CommandFailure } from './failure.ts';
import { deliveryLine, eventLine, type DeliveryFacts, type EventFacts } from './lines.ts';
import { toned, type Terminal } from './terminal.ts';

export interface FollowRequest {
  readonly what: 'events' | 'deliveries';
  readonly type: string | null;
  readonly domain: string | null;
  /** Begin after this sequence; null: with what comes now. */
  readonly after: number | null;
  readonly json: boolean;
}

interface FollowDeps {
  readonly client: ApiClient;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Name of a subscription's receiver, for the line. */
  readonly receiver?: (subscription: number) => string | null;
}

/** Events remembered to tell what a delivery was about: it comes at most some seconds after its event. */
const remembered = 5_000;
const againAfterMs = 1_000;

export async function follow(deps: FollowDeps, request: FollowRequest): Promise<void> {
  const seen = new Map<number, EventFacts>();
  let lastId: string | null = null;
  let wasConnected = false;
  while (!deps.signal.aborted) {
    try {
      for await (const frame of deps.client.stream(pathOf(request), lastId, deps.signal)) {
        wasConnected = true;
        lastId = frame.id ?? lastId;
        await show(deps, request, seen, frame.event, frame.data);
      }
    } catch (error) {
      // What never worked is told; what worked before is tried again, unless the server says that it never will.
      if (!wasConnected || !(error instanceof CommandFailure) || isRefused(error)) throw error;
    }
    if (deps.signal.aborted) return;
    deps.terminal.note('the connection was lost; trying again');
    await delay(deps.clock, againAfterMs, deps.signal).catch(() => {});
  }
}

/** Such as a token that was revoked. Of 4xx only a request that was too slow, or one too many, may be asked again. */
function isRefused({ status }: CommandFailure): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function pathOf({ what, type, domain, after, json }: FollowRequest): string {
  const query = new URLSearchParams();
  // For people a delivery's line says what was delivered, which the event's own frame tells.
  query.set('show', what === 'events' ? 'events' : json ? 'deliveries' : 'events,deliveries');
  if (type !== null) query.set('type', type);
  if (domain !== null) query.set('domain', domain);
  if (after !== null) query.set('after', String(after));
  return `/v1/stream?${query.toString()}`;
}

async function show(
  deps: FollowDeps,
  request: FollowRequest,
  seen: Map<number, EventFacts>,
  kind: string,
  data: string,
): Promise<void> {
  const { terminal } = deps;
  const isWanted = kind === (request.what === 'events' ? 'event' : 'delivery');
  if (kind === 'gap' || kind === 'missed') return terminal.note(toned(terminal, 'bad', `${kind}: ${data}`));
  if (request.json) return isWanted ? terminal.out(data) : undefined;
  if (kind === 'event') {
    const event = JSON.parse(data) as EventFacts;
    if (isWanted) return terminal.out(eventLine(terminal, event));
    seen.set(event.seq, event);
    if (seen.size > remembered) seen.delete(seen.keys().next().value as number);
  } else if (kind === 'delivery' && isWanted) {
    const delivery = JSON.parse(data) as DeliveryFacts;
    const event = seen.get(delivery.seq) ?? (await eventAt(deps.client, delivery.seq));
    terminal.out(deliveryLine(terminal, delivery, event, deps.receiver?.(delivery.subscription) ?? null));
  }
}

/** An event that came before the stream was opened, or behind its delivery; null where it is no longer there. */
async function eventAt(client: ApiClient, seq: number): Promise<EventFacts | null> {
  const path = `/v1/events?limit=1&cursor=${seq + 1}`;
  const page = await client.get<{ readonly items: readonly EventFacts[] }>(path).catch(() => null);
  return page?.items.find((event) => event.seq === seq) ?? null;
}
