/** From a body to a draft: complete, checked, in the words of delivery. The first field that is not right is named. */
import { durationShape, parseDuration } from '../../kit/duration.ts';
import { nearest } from '../../kit/nearest.ts';
import { expandEventTypes, isEventType, type EventType } from '../../model/event-types/index.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { SubscriptionDraft, TargetDraft } from '../../delivery/management.ts';
import { defaultRetry } from '../../delivery/retry-policy.ts';
import type { RetryPolicy } from '../../subscriptions/subscription.ts';
import type { SubscriptionInput } from '../contract/subscription.ts';
import { delaysOf } from '../dialects/routes.ts';
import type { Problem } from '../problems/problem.ts';
import { checkerFor } from '../validator.ts';
import { type DraftContext, type Read, wrong } from './reading.ts';
import { readTarget } from './read-target.ts';

/** @param input matches `SubscriptionInput`. */
export function readDraft(input: SubscriptionInput, context: DraftContext): Read<SubscriptionDraft> {
  const unclean = uncleanName(input);
  if (unclean !== null) return wrong(unclean, `${unclean} has control characters.`, 'Leave them out.');
  const dialect = context.dialects.find(({ name }) => name === input.dialect);
  if (!dialect) return unknownDialect(input.dialect, context.dialects);
  const options = readOptions(input.options ?? {}, dialect);
  if ('problem' in options) return options;
  const events = readEvents(input.events, dialect, options.value);
  if ('problem' in events) return events;
  const target = readTarget(input.endpoint, dialect, context);
  if ('problem' in target) return target;
  const refused = checkOptions(options.value, dialect, target.value);
  if (refused) return refused;
  const retry = readRetry(input.retry, dialect);
  if ('problem' in retry) return retry;
  const expireAfterMs = readExpiry(input.expireAfter ?? {});
  if ('problem' in expireAfterMs) return expireAfterMs;
  const { access } = context;
  return {
    value: {
      name: input.name,
      notes: input.notes ?? '',
      selection: {
        enabled: input.enabled ?? true,
        scope: {
          reseller: input.scope?.reseller ?? access.reseller,
          domain: input.scope?.domain ?? access.domain,
          user: input.scope?.user ?? access.user,
          extension: input.scope?.extension ?? access.extension,
        },
        events: events.value,
        filter: input.filter ?? null,
      },
      dialect: dialect.name,
      options: options.value,
      target: target.value,
      retry: retry.value,
      order: input.order ?? 'call',
      expireAfterMs: expireAfterMs.value,
      redundancy: { geo: input.redundancy?.geo ?? true, preferredServer: input.redundancy?.preferredServer ?? null },
    },
  };
}

/** Also what turns the direction of writing round: a name must not show as another one. And halves of characters. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not be in a name
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;

/** What is shown in one line, in lists and logs. @returns the first field that would break it */
function uncleanName({ name, scope, endpoint }: SubscriptionInput): string | null {
  const names = {
    name,
    'scope.reseller': scope?.reseller,
    'scope.domain': scope?.domain,
    'scope.user': scope?.user,
    'scope.extension': scope?.extension,
    'endpoint.name': endpoint.name,
  };
  return Object.entries(names).find(([, text]) => controlCharacter.test(text ?? ''))?.[0] ?? null;
}

function unknownDialect(name: string, dialects: readonly Dialect[]): { readonly problem: Problem } {
  const names = dialects.map((dialect) => dialect.name);
  const meant = nearest(name, names);
  const remedy = meant ? `Did you mean "${meant}"?` : `The dialects are ${names.join(', ')}.`;
  return wrong('dialect', `There is no dialect ${JSON.stringify(name)}.`, remedy);
}

function readOptions(options: Readonly<Record<string, unknown>>, dialect: Dialect): Read<Record<string, unknown>> {
  const checked = checkerFor(dialect.optionsSchema)(options, 'options');
  if ('problem' in checked) return { problem: { ...checked.problem, code: 'invalid_subscription' } };
  return { value: { ...options } };
}

function checkOptions(
  options: Readonly<Record<string, unknown>>,
  dialect: Dialect,
  { method, url }: TargetDraft,
): { readonly problem: Problem } | null {
  const found = dialect.checkOptions?.(options, { method, url });
  if (!found) return null;
  const { place, message, remedy } = found;
  const field = `options.${found.field}`;
  const where = place ? ` (line ${place.line}, column ${place.column})` : '';
  const { problem } = wrong(field, `${field}: ${message}${where}.`, remedy);
  return { problem: { ...problem, ...(place && { more: { ...place } }) } };
}

function readEvents(
  entries: readonly string[] | undefined,
  dialect: Dialect,
  options: Readonly<Record<string, unknown>>,
): Read<readonly EventType[]> {
  if (!entries) return { value: dialect.wordsFor?.(options) ?? dialect.defaults.events };
  const expanded = expandEventTypes(entries);
  if ('types' in expanded) return { value: expanded.types };
  const [unknown] = expanded.unknown;
  const field = `events[${unknown?.index ?? 0}]`;
  const [meant] = unknown?.closest ?? [];
  const remedy = meant ? `Did you mean "${meant}"?` : 'The reference lists every event type.';
  return wrong(field, `There is no event type ${JSON.stringify(unknown?.entry)}.`, remedy);
}

/** A delay of less would only be a busy loop against a receiver that just failed. */
const shortestDelayMs = 10;
const longestDelayMs = 30 * 86_400_000;

function readRetry(input: SubscriptionInput['retry'], dialect: Dialect): Read<RetryPolicy> {
  const own = dialect.defaults.retry;
  const usual = own ? { maxAttempts: own.maxAttempts, delaysMs: delaysOf(own), jitter: 0 } : defaultRetry;
  if (!input) return { value: usual };
  const delaysMs: number[] = [];
  for (const [index, delay] of (input.delays ?? []).entries()) {
    const ms = parseDuration(delay);
    if (ms === null || ms < shortestDelayMs || ms > longestDelayMs) {
      return wrong(
        `retry.delays[${index}]`,
        `retry.delays[${index}] is no delay from 10ms to 30d.`,
        `Write ${durationShape}.`,
      );
    }
    delaysMs.push(ms);
  }
  return {
    value: {
      maxAttempts: input.maxAttempts ?? (input.delays ? delaysMs.length + 1 : usual.maxAttempts),
      delaysMs: input.delays ? delaysMs : usual.delaysMs,
      jitter: input.jitter ?? usual.jitter,
    },
  };
}

function readExpiry(input: Readonly<Record<string, string>>): Read<SubscriptionDraft['expireAfterMs']> {
  const expiry = new Map<EventType, number>();
  for (const [type, text] of Object.entries(input)) {
    const field = `expireAfter.${type.slice(0, 100)}`;
    if (!isEventType(type)) return wrong(field, `There is no event type ${JSON.stringify(type)}.`);
    const ms = parseDuration(text);
    if (ms === null || ms <= 0) return wrong(field, `${field} is no duration.`, `Write ${durationShape}.`);
    expiry.set(type, ms);
  }
  return { value: Object.fromEntries(expiry) };
}
