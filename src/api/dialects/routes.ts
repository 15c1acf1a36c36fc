import { Type } from 'typebox';
import { formatDuration, parseDuration } from '../../kit/duration.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { defaultRetry } from '../../delivery/retry-policy.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';

const DialectSchema = Type.Object({
  name: Type.String(),
  title: Type.String(),
  summary: Type.String(),
  limited: Type.Boolean({
    description: 'Its subscriptions that name an extension are counted, and an extension has at most its `eventLimit`.',
  }),
  options: Type.Object({}, { additionalProperties: true, description: 'JSON Schema of a subscription’s `options`.' }),
  defaults: Type.Object({
    events: Type.Array(Type.String()),
    method: Type.String(),
    retry: Type.Object({ maxAttempts: Type.Integer(), delays: Type.Array(Type.String()) }),
  }),
});

function view({ name, title, summary, limited, optionsSchema, defaults }: Dialect): object {
  const retry = defaults.retry ?? {
    maxAttempts: defaultRetry.maxAttempts,
    delays: defaultRetry.delaysMs.map(formatDuration),
  };
  return {
    name,
    title,
    summary,
    limited: limited === true,
    options: optionsSchema,
    defaults: { events: defaults.events, method: defaults.method, retry },
  };
}

export function dialectRoutes(app: App, { dialects }: Pick<ApiDeps, 'dialects'>): void {
  const list = described({
    summary: 'The dialects notifications can be said in',
    tag: 'dialects',
    least: 'extension',
    answers: {
      200: { description: 'All.', schema: Type.Object({ items: Type.Array(DialectSchema), next: Type.Null() }) },
    },
  });
  app.get('/v1/dialects', list, async () => ({ items: dialects.map(view), next: null }));
}

/** A dialect's documented delays, milliseconds. */
export function delaysOf(retry: NonNullable<Dialect['defaults']['retry']>): number[] {
  return retry.delays.map((delay) => {
    const ms = parseDuration(delay);
    if (ms === null) throw new Error(`a dialect's default delay is no duration: ${delay}`);
    return ms;
  });
}
