/** Makes an order of what was asked for: which phone system, whom it calls, for whom, and whether the caller may. */
import type { CallOrder, Destination, PhoneCommands } from '../../../calls/commands.ts';
import { kindOf, mayAccessDomain, type Access } from '../../../model/scope.ts';
import type { ConnectorState } from '../../connectors/routes.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Problem } from '../../problems/problem.ts';
import type { OrderInput } from './input.ts';
import { covers, onlyExtension } from './scope.ts';

type Refused = { readonly problem: Problem };

export interface ReadOrder {
  readonly connector: ConnectorState;
  readonly phones: PhoneCommands;
  readonly order: CallOrder;
}

const usualRingMs = 30_000;

export function readOrder(
  deps: Pick<ApiDeps, 'connectors' | 'commands'>,
  access: Access,
  input: OrderInput,
): ReadOrder | Refused {
  const hidden = hiddenCharacters(input);
  if (hidden) return hidden;
  const chosen = choosePhones(deps, access, input.connector);
  if ('problem' in chosen) return chosen;
  const { phones } = chosen;
  const from = judged(phones, 'from', input.from);
  if ('problem' in from) return from;
  const to = judged(phones, 'to', input.to);
  if ('problem' in to) return to;
  if (phones.isSame(from, to)) return sameEnds;
  const onBehalfOf = whomFor(access, phones, input, [from, to]);
  if (onBehalfOf !== null && typeof onBehalfOf === 'object') return onBehalfOf;
  if (from.kind === 'extension' && !covers(access, from.number)) return notTheirs('from', from.number);
  const { first = 'from', ringMs = usualRingMs, requestId = null, billingCode = null, buttonId = null } = input;
  const source = buttonId === null ? 'api' : 'click_to_call';
  const origin = { source, requestId, billingCode, buttonId, onBehalfOf } as const;
  return { ...chosen, order: { from, to, first, ringMs, origin } };
}

/** Values travel on to phone systems and receivers, whose lines they must not end. */
function hiddenCharacters(input: OrderInput): Refused | null {
  for (const [field, value] of Object.entries(input)) {
    if (typeof value !== 'string' || !/\p{Cc}/u.test(value)) continue;
    const detail = `${field} has control characters in it.`;
    return { problem: { code: 'invalid_field', field, detail, remedy: 'Send printable characters only.' } };
  }
  return null;
}

function choosePhones(
  { connectors, commands }: Pick<ApiDeps, 'connectors' | 'commands'>,
  access: Access,
  asked: string | undefined,
): Pick<ReadOrder, 'connector' | 'phones'> | Refused {
  const visible = connectors().filter((one) => mayAccessDomain(access, one));
  const named = asked === undefined ? visible : visible.filter(({ id }) => id === asked);
  if (asked !== undefined && named.length === 0) {
    return { problem: { code: 'connector_not_found', field: 'connector' } };
  }
  const able = named.flatMap((connector) => {
    const phones = commands(connector.id);
    return phones ? [{ connector, phones }] : [];
  });
  const [only, ...others] = able;
  if (!only) return { problem: { code: 'commands_off' } };
  if (others.length === 0) return only;
  const names = able.map(({ connector }) => connector.id).join(', ');
  const detail = `connector is needed, as several could make the call: ${names}.`;
  return { problem: { code: 'invalid_field', field: 'connector', detail } };
}

export function judged(phones: PhoneCommands, field: string, number: string): Destination | Refused {
  const found = phones.judge(number);
  if (found.kind === 'no_number') {
    return { problem: { code: 'invalid_field', field, detail: `${field} ${found.problem}.` } };
  }
  if (found.kind !== 'not_allowed') return found;
  return {
    problem: { code: 'number_not_allowed', field, detail: `${field} ${found.problem}.`, remedy: found.remedy },
  };
}

const sameEnds: Refused = {
  problem: {
    code: 'invalid_field',
    field: 'to',
    detail: 'to is the same number as from.',
    remedy: 'Name another number in to: a call has two ends.',
  },
};

/** The extension it is for; null: nobody's in particular. */
function whomFor(
  access: Access,
  phones: PhoneCommands,
  { onBehalfOf }: OrderInput,
  [from, to]: readonly [Destination, Destination],
): string | null | Refused {
  if (onBehalfOf === undefined) return usualWhomFor(access, from, to);
  const found = judged(phones, 'onBehalfOf', onBehalfOf);
  if ('problem' in found) return found;
  if (found.kind !== 'extension') {
    return { problem: { code: 'invalid_field', field: 'onBehalfOf', detail: 'onBehalfOf is no extension.' } };
  }
  return covers(access, found.number) ? found.number : notTheirs('onBehalfOf', found.number);
}

function usualWhomFor(access: Access, from: Destination, to: Destination): string | null | Refused {
  const kind = kindOf(access);
  const ends = [from, to].filter((one) => one.kind === 'extension').map(({ number }) => number);
  const theirs = ends.find((number) => covers(access, number));
  if (kind !== 'user' && kind !== 'extension') return theirs ?? null;
  const usual = (from.kind === 'extension' && theirs) || onlyExtension(access);
  if (usual) return usual;
  const detail = 'onBehalfOf is needed: the token is of a user with several extensions, or none.';
  return { problem: { code: 'invalid_field', field: 'onBehalfOf', detail } };
}

export function notTheirs(field: string, extension: string): Refused {
  const detail = `${field} names ${extension}, which is not an extension that the token covers.`;
  return { problem: { code: 'outside_scope', field, detail } };
}
