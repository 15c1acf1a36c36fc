/** Why-nots in sentences, with what helps. */
import type { Hold } from '../../delivery/why/standing.ts';
import type { Why } from '../../delivery/why/why.ts';

export interface Words {
  readonly words: string;
  readonly remedy: string | null;
}

const time = (ms: number): string => new Date(ms).toISOString();
const times = (count: number): string => (count === 1 ? '1 attempt' : `${count} attempts`);
const after = (attempts: number): string => (attempts === 0 ? '' : ` after ${times(attempts)}`);
const said = (words: string, remedy: string | null = null): Words => ({ words, remedy });

/** @param behind the delivery that it is behind, where the caller may know of it */
export function wordsFor(why: Why, behind: string | null): Words {
  switch (why.answer) {
    case 'delivered':
      return said(`Delivered at ${time(why.at)} with ${why.status}${after(why.attempts)}.`);
    case 'under_way':
      return said(`Attempt ${why.attempts + 1} is under way.`);
    case 'waiting':
      return waiting(why, behind);
    case 'parked':
    case 'parked_behind':
      return parked(why, behind);
    case 'cancelled':
    case 'expired':
    case 'not_encoded':
    case 'skipped':
      return settled(why);
    case 'deleted':
      return said('The subscription was deleted, and nothing is kept of the event’s delivery.');
    case 'before_subscription':
      return said(
        `The event came before the subscription was made, which has events from ${why.from} on.`,
        'A replay delivers what came before.',
      );
    case 'not_in_replay':
      return said(`The replay did not deliver it: ${leftOut[why.reason] ?? `it was cancelled (${why.reason})`}.`);
    case 'unknown':
      return unknown(why.reason);
    default:
      return unwanted(why);
  }
}

const leftOut: Readonly<Record<string, string>> = {
  other_subscription: 'it is not for this subscription',
  outside_range: 'the event lies outside its range',
  retention: 'retention.events had taken the event before it came to it',
  event_type: 'it is not about events of this type',
  filtered: 'its filter is not true of the event',
};

const heldBy: Readonly<Record<Hold['by'], string>> = {
  paused: 'it is paused, or its endpoint is',
  breaker: 'its endpoint’s breaker is open',
  retry_after: 'the receiver asked to be left alone',
  rate: 'its endpoint’s rate limit is reached',
  rendering: 'the templates of its domain take more time than it has',
  parked: 'so many of its deliveries failed and wait for their next attempt that nothing new is begun',
  window: 'as many requests to its endpoint are under way as may be',
  turn: 'as many requests of its domain, or of all together, are under way as may be, and it is in line',
};
const heldWords = (holds: readonly Hold[]): string =>
  holds.map(({ by, until }) => `; ${heldBy[by]}${until === null ? '' : ` until ${time(until)}`}`).join('');

function waiting({ ahead, holds, behind }: Extract<Why, { answer: 'waiting' }>, shown: string | null): Words {
  const place = ahead === 0 ? 'next in its lane' : `with at most ${ahead} events before it`;
  const call = behind ? `; behind ${shown ?? 'another delivery'} of the same call, which is under way or parked` : '';
  return said(`Waiting, ${place}${call}${heldWords(holds)}.`, remedyOf(holds));
}

function remedyOf(holds: readonly Hold[]): string | null {
  const by = new Set(holds.map((hold) => hold.by));
  if (by.has('paused')) return 'Resume it; everything is then delivered in order.';
  if (by.has('breaker')) return 'See the last error at GET /v1/subscriptions/{id} and repair the receiver.';
  if (by.has('turn')) return 'Make slow receivers of the domain answer at once, or give them a shorter timeoutMs.';
  if (by.has('rendering')) return 'Make its templates simpler: GET /v1/subscriptions shows them.';
  if (by.has('parked')) return 'Repair the receiver, or disable the subscription whose events it refuses.';
  return by.has('rate') || by.has('window') ? 'A higher ratePerSecond or maxInFlight lets more through.' : null;
}

function parked(why: Extract<Why, { answer: 'parked' | 'parked_behind' }>, behind: string | null): Words {
  const { attempts, maxAttempts } = why;
  if (why.answer === 'parked_behind') {
    const what = why.behind
      ? `${behind ?? 'another delivery'} of the same call`
      : 'an earlier delivery of the same call';
    return said(`Parked behind ${what}, and sent as soon as that is settled.`);
  }
  const next = attempts === 0 ? 'It is sent' : `Attempt ${attempts} of ${maxAttempts ?? '?'} failed; it is tried again`;
  const remedy = 'Repair the receiver; POST /v1/deliveries/{id}/retry tries it at once.';
  return said(`${next} at ${time(why.dueAt)}${heldWords(why.holds)}.`, remedyOf(why.holds) ?? remedy);
}

const reasons: Readonly<Record<string, string>> = {
  attempts_used_up: 'its plan has no attempt left',
  receiver_gone: 'the receiver answered 410, it is gone',
  subscription_disabled: 'the subscription was disabled',
  subscription_deleted: 'the subscription was deleted',
  expire_after: 'the event was older than expireAfter of its type',
  retention: 'retention.events took the event before it was delivered',
  log_replaced: 'the log was replaced by another',
  log_rolled_back: 'the log was restored from an earlier backup',
};

function settled(why: Extract<Why, { answer: 'cancelled' | 'expired' | 'not_encoded' | 'skipped' }>): Words {
  const { answer, attempts, reason, detail } = why;
  const at = time(why.at);
  const retry = 'Once the cause is gone: POST /v1/deliveries/{id}/retry.';
  if (answer === 'not_encoded')
    return said(`The dialect could not say it, at ${at}: ${detail ?? ''}`, 'Correct the subscription’s options.');
  if (answer === 'skipped') return said(`The dialect has no word for it${detail === null ? '' : `: ${detail}`}.`);
  const word = answer === 'expired' ? 'Expired' : 'Cancelled';
  const isFinal = ['retention', 'log_replaced', 'log_rolled_back', 'subscription_deleted'].includes(reason);
  return said(`${word} at ${at}${after(attempts)}: ${reasons[reason] ?? reason}.`, isFinal ? null : retry);
}

function unknown(reason: Extract<Why, { answer: 'unknown' }>['reason']): Words {
  switch (reason) {
    case 'no_trace':
      return said(
        'It was settled, but what became of it is no longer kept.',
        'Attempts are kept for retention.attempts; raise it to see more.',
      );
    case 'event_gone':
      return said(
        'retention.events has taken the event, and what became of its delivery is no longer kept either, or there was none.',
        'Events are kept for retention.events, attempts for retention.attempts.',
      );
    case 'versions_dropped':
      return said('What the subscription wanted at that time is no longer kept.');
    case 'not_yours_then':
      return said('When the event came, the subscription was not within what this token covers.');
  }
}

function unwanted(
  why: Extract<
    Why,
    { answer: 'disabled' | 'event_type' | 'about_itself' | 'out_of_scope' | 'filtered' | 'filter_error' }
  >,
): Words {
  const { version } = why;
  switch (why.answer) {
    case 'disabled':
      return said('The subscription was disabled when the event came; it is not made up for.', 'A replay delivers it.');
    case 'event_type':
      return said('The subscription has not asked for events of this type.', 'Add the type to its events.');
    case 'about_itself':
      return said('It is about a delivery to the very endpoint it would go to; such an event is never sent there.');
    case 'out_of_scope': {
      const { level } = why;
      const words = `The event is out of scope: the subscription is for ${level} ${version.scope[level]} alone.`;
      return said(words, 'Widen its scope, or subscribe with one that covers it.');
    }
    case 'filtered':
      return said('The subscription’s filter is not true of it.', 'Correct the filter if it should be.');
    case 'filter_error':
      return said(`The subscription’s filter says neither true nor false of it: ${why.detail}.`, 'Correct the filter.');
  }
}
