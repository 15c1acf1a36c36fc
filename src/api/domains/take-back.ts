/**
 * Before a domain goes, what its connectors have registered on phone systems elsewhere is taken away there: with the domain goes
 * all that says which events are ours. That is not waited for without end; what is left then has to be removed by hand.
 */
import { Type, type Static } from 'typebox';
import type { ApiDeps } from '../deps.ts';

/** Fewer than who asks by HTTP waits, mostly. */
const withinMs = 25_000;
const mostShown = 100;

export type RegisteredDeps = Pick<ApiDeps, 'connectors' | 'registration' | 'tenants' | 'logger'>;

export const LeftSchema = Type.Object({
  warning: Type.String(),
  remedy: Type.String(),
  left: Type.Array(
    Type.Object({
      connector: Type.String(),
      extension: Type.String({ description: 'As the phone system writes it.' }),
      event: Type.String(),
    }),
    { description: `The first ${mostShown}.` },
  ),
  moreLeft: Type.Integer({ minimum: 0, description: 'How many there are besides.' }),
});

export type LeftEvents = Static<typeof LeftSchema>['left'];

/** Runs the removal once they are taken back, with what is left; where it fails they are registered again. */
export async function withTakenBack<T>(
  deps: RegisteredDeps,
  domain: string,
  remove: (left: LeftEvents) => Promise<T>,
): Promise<T> {
  const own = deps.connectors().filter((connector) => connector.domain === domain);
  const asked = await Promise.allSettled(
    own.flatMap(({ id }) => {
      const registration = deps.registration(id);
      return registration === null ? [] : [registration.takeBack(withinMs).then((back) => ({ id, ...back }))];
    }),
  );
  const taken = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const failed = asked.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    const left = taken.flatMap(({ id, left: events }) => events.map((one) => ({ connector: id, ...one })));
    return await remove([...left, ...ofGoneConnectors(deps, domain)]);
  } finally {
    for (const { letGo } of taken) letGo();
  }
}

/** Nobody has the credentials any more that they were registered with. */
function ofGoneConnectors({ tenants, registration }: RegisteredDeps, domain: string): LeftEvents {
  return [...tenants.sources.all()].flatMap(({ domain: owner, connector, event, remote }) =>
    remote && owner === domain && registration(connector) === null
      ? [{ connector, extension: remote.name, event: event ?? '' }]
      : [],
  );
}

/** What is told of the events that are left, to who removed the domain and to the log; null: none are. */
export function leftBehind(
  { logger }: RegisteredDeps,
  domain: string,
  left: LeftEvents,
): Static<typeof LeftSchema> | null {
  if (left.length === 0) return null;
  const connectors = [...new Set(left.map(({ connector }) => connector))];
  const warning = `The domain is gone, and ${left.length} of its events are still registered, or may be, on the phone system of ${connectors.join(', ')}.`;
  const remedy =
    'Remove the events there whose address begins with the publicUrl of the connector and /in/. What they send is answered 404.';
  const shown = left.slice(0, mostShown);
  logger.warn({ domain, connectors, left: left.length, first: shown.slice(0, 10) }, `${warning} ${remedy}`);
  return { warning, remedy, left: shown, moreLeft: left.length - shown.length };
}
