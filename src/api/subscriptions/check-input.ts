import type { TSchema } from 'typebox';
import { authInputs, SubscriptionInput } from '../contract/subscription.ts';
import { checkerFor } from '../validator.ts';
import { type Read, wrong } from './reading.ts';

/**
 * A check of a body against its schema. `auth` is first held against the schema of its own kind: of a union with so many
 * branches the validator tells too few of the mistakes to say which one was meant.
 */
export function inputChecker(): (body: unknown) => Read<SubscriptionInput> {
  const check = checkerFor(SubscriptionInput);
  const byKind = new Map<unknown, ReturnType<typeof checkerFor>>(
    authInputs.map((schema: TSchema & (typeof authInputs)[number]) => [
      schema.properties.kind.const,
      checkerFor(schema),
    ]),
  );
  const authProblem = (body: unknown): ReturnType<typeof wrong> | null => {
    const auth = member(member(body, 'endpoint'), 'auth');
    const kind = member(auth, 'kind');
    if (kind === undefined) return null;
    const checkKind = byKind.get(kind);
    if (!checkKind) {
      const kinds = [...byKind.keys()].join(', ');
      return wrong('endpoint.auth.kind', 'There is no such kind of credentials.', `The kinds are ${kinds}.`);
    }
    const checked = checkKind(auth, 'endpoint.auth');
    return 'problem' in checked ? checked : null;
  };
  return (body) => {
    const checked = check(body);
    if ('value' in checked) return { value: checked.value as SubscriptionInput };
    return authProblem(body) ?? checked;
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
