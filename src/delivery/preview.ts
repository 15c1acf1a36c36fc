/** A notification as it would be sent, for people to look at; or sent once, beside everything that delivers. */
import { newId } from '../kit/ids.ts';
import type { Event } from '../model/event.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { type AttemptDeps, encodeMeasured, isMetered, type Naming, outgoing } from './attempt.ts';
import type { LookBudget } from './share/render-budget.ts';
import type { Exchange, OutgoingRequest } from './sender/sender.ts';

export type Preview =
  | { readonly kind: 'request'; readonly request: OutgoingRequest }
  /** As in `Encoded`: there is no request to look at. */
  | { readonly kind: 'skipped' | 'failed'; readonly reason: string }
  /** Nothing was encoded: slow templates were looked at for too long, by the domain or by all, and may be again after so long. */
  | { readonly kind: 'later'; readonly waitMs: number };

export interface TestResult {
  readonly preview: Preview;
  /** Null: nothing was sent. */
  readonly exchange: Exchange | null;
}

export interface PreviewDeps extends AttemptDeps {
  readonly looks: LookBudget;
}

export function previewOf(deps: PreviewDeps, subscription: Subscription, event: Event, naming: Naming): Preview {
  const { clock, looks } = deps;
  const { scope } = subscription.selection;
  const waitMs = isMetered(deps, subscription) ? looks.waitMs(scope, clock.monotonic()) : 0;
  if (waitMs > 0) return { kind: 'later', waitMs };
  const took = (ms: number, now: number): void => looks.took(scope, ms, now);
  const encoded = encodeMeasured(deps, { took }, subscription, [event]);
  if (encoded.kind !== 'request') return { kind: encoded.kind, reason: encoded.reason };
  try {
    const request = outgoing(deps, naming, subscription, [event], encoded, deps.clock.now());
    return { kind: 'request', request };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * A test has a delivery id of its own, so that a receiver which handles each delivery once does not take the real one
 * for a repetition.
 */
export function sendTest(
  deps: PreviewDeps,
  subscription: Subscription,
  event: Event,
  signal: AbortSignal,
): Promise<TestResult> {
  const deliveryId = `${subscription.number}-test-${newId(deps.clock.now())}`;
  const preview = previewOf(deps, subscription, event, { deliveryId, attempt: 1, replay: 0 });
  if (preview.kind !== 'request') return Promise.resolve({ preview, exchange: null });
  const request = { ...preview.request, headers: [...preview.request.headers, 'x-offhook-test', '1'] };
  return new Promise((resolve) => {
    const ended = (exchange: Exchange): void => resolve({ preview: { kind: 'request', request }, exchange });
    deps.sender.send(request, ended, signal);
  });
}
