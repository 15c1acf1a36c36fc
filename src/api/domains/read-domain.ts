import { parseNetwork } from '../../delivery/sender/networks.ts';
import { isScopeName } from '../../tenants/naming.ts';
import type { Problem } from '../problems/problem.ts';

interface DomainFacts {
  readonly name?: string;
  readonly reseller?: string;
  readonly timezone?: string | null;
  readonly allowNetworks?: readonly string[];
}

/** What a schema can't say of a domain; null: it is right. */
export function domainProblem({ name, reseller, timezone, allowNetworks = [] }: DomainFacts): Problem | null {
  for (const [field, text] of Object.entries({ name, reseller })) {
    if (text !== undefined && !isScopeName(text)) return wrong(field, `${field} can’t be called so.`);
  }
  if (timezone && !isTimezone(timezone)) return wrong('timezone', 'There is no such time zone; write `Europe/Vienna`.');
  for (const [index, network] of allowNetworks.entries()) {
    const parsed = parseNetwork(network);
    if ('problem' in parsed) return wrong(`allowNetworks[${index}]`, `${parsed.problem}.`);
  }
  return null;
}

const wrong = (field: string, detail: string): Problem => ({ code: 'invalid_field', field, detail });

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
