/** Two resellers with domains, users and extensions, each with things of their own, and tokens of every kind. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { PhoneCommands } from '../../../src/calls/commands.ts';
import type { RecordingFile } from '../../../src/calls/recording-files.ts';
import { LiveCalls } from '../../../src/calls/live/index.ts';
import { createJudge, createSameness } from '../../../src/connectors/number-policy.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { createMemoryEventLog } from '../../../src/log/memory/event-log.ts';
import { type Access, type AccessKind, kindOf } from '../../../src/model/scope.ts';
import { type ApiWorld, createApiWorld } from '../api-world.ts';
import { connectorState } from '../connector-state.ts';

export type Scope = Omit<Access, 'owned'>;

export interface Holder extends Scope {
  readonly name: string;
  readonly kind: AccessKind;
  readonly token: string;
  readonly tokenId: string;
}

/** Things that belong to somebody. Whatever is in them that only who may see them knows holds `mark`. */
export interface Belongings {
  readonly owner: string;
  readonly mark: string;
  /** Whose they are. */
  readonly scope: Scope;
  /** Where its event, extension and user are. */
  readonly domain: string;
  /** Of the domain's record. */
  readonly domainId: number;
  readonly reseller: string;
  readonly user: string;
  readonly extension: string;
  readonly eventId: string;
  readonly eventSeq: number;
  readonly callId: string;
  readonly recordingId: string;
  readonly subscriptionId: string;
  readonly subscriptionNumber: number;
  readonly endpoint: number;
  readonly replay: number;
  readonly erasure: number;
  readonly inbox: string;
  readonly tokenId: string;
  readonly sourceId: string;
  readonly extensionId: number;
  readonly userId: number;
  readonly connector: string;
}

export interface WalkWorld extends ApiWorld {
  readonly holders: readonly Holder[];
  readonly belongings: readonly Belongings[];
  /** What phone systems were asked to do: nothing, if all goes well. */
  readonly commanded: readonly string[];
}

interface Place {
  readonly domain: string;
  readonly reseller: string;
  /** Users with an extension each. */
  readonly people: readonly (readonly [user: string, extension: string])[];
}

const domains: readonly Place[] = [
  {
    domain: 'acme',
    reseller: 'r1',
    people: [
      ['bob', '101'],
      ['carol', '102'],
    ],
  },
  {
    domain: 'globex',
    reseller: 'r2',
    people: [
      ['dave', '201'],
      ['erin', '202'],
    ],
  },
  {
    domain: 'initech',
    reseller: 'r2',
    people: [['frank', '301']],
  },
];
/** Where the things of resellers and of the superuser are: nobody has a token of these. */
const places: readonly (Place & { readonly owner: string })[] = [
  { owner: 'r1', domain: 'soylent', reseller: 'r1', people: [] },
  { owner: 'r2', domain: 'umbrella', reseller: 'r2', people: [] },
  { owner: 'all', domain: 'hq', reseller: 'default', people: [] },
];

export const markOf = (owner: string): string => `zebra${owner}x`;
/** In the domain's own record, which its users may read. */
export const domainMark = (domain: string): string => `lion${domain}x`;

export async function createWalkWorld(): Promise<WalkWorld> {
  const log = createMemoryEventLog({ clock: systemClock, idWindowMs: 3_600_000 });
  const live = new LiveCalls(log.id);
  log.onAppended((events) => live.apply(events));
  const all = [...domains, ...places];
  const connectors = all.map(({ domain, reseller }) => ({
    id: connectorOf(domain),
    kind: 'simulator',
    reseller,
    domain,
    state: 'up' as const,
    since: 0,
    problem: null,
    notUnderstood: [],
  }));
  const commanded: string[] = [];
  const commands = () => phonesThatNote(commanded);
  const recordings = () => ({ open: soundOf });
  // The calls are told of by the administrator, and have sound as those of a phone system have.
  const teller = { ...connectorState('api'), domain: 'nobody' };
  const deps = { log, live, connectors: () => [...connectors, teller], commands, recordings };
  const world = await createApiWorld({ deps });
  const make = maker(world);
  const holders: Holder[] = [];
  const belongings: Belongings[] = [];
  const everyone = { reseller: '*', domain: '*', user: '*', extension: '*' };
  const domainIds = new Map<string, number>();
  for (const { domain, reseller, people } of all) {
    const record = { name: domain, reseller, displayName: domainMark(domain) };
    domainIds.set(domain, (await make<{ id: number }>('/v1/domains', record)).id);
    for (const [user, extension] of people) {
      const scope = { ...everyone, reseller, domain };
      const place = { owner: user, domain, domainId: domainIds.get(domain) ?? 0, reseller, user, extension };
      belongings.push(await belongingsOf(make, { ...scope, user }, place));
      holders.push(await holderOf(make, { ...scope, user }), await holderOf(make, { ...scope, extension }));
    }
  }
  for (const { domain, reseller } of domains) {
    const scope = { ...everyone, reseller, domain };
    const domainId = domainIds.get(domain) ?? 0;
    const place = { owner: domain, domain, domainId, reseller, user: `boss-${domain}`, extension: '900' };
    belongings.push(await belongingsOf(make, scope, place));
    holders.push(await holderOf(make, scope));
  }
  for (const { owner, domain, reseller } of places) {
    const scope = owner === 'all' ? everyone : { ...everyone, reseller };
    const domainId = domainIds.get(domain) ?? 0;
    const place = { owner, domain, domainId, reseller, user: `boss-${domain}`, extension: '900' };
    belongings.push(await belongingsOf(make, scope, place));
    if (owner !== 'all') holders.push(await holderOf(make, scope));
  }
  await world.announcer.idle();
  await world.deps.delivery.settledUpTo(log.head());
  return { ...world, holders, belongings, commanded };
}

/** Would do whatever they are asked. */
function phonesThatNote(commanded: string[]): PhoneCommands {
  const note = async (what: string) => {
    commanded.push(what);
    return { kind: 'taken' } as const;
  };
  return {
    judge: createJudge({ extensions: '^[0-9]{3}$', country: 'US', prefixes: ['+1'] }),
    isSame: createSameness('US'),
    originate: async (order, named) => {
      await named('call-of-an-intruder');
      return note(`${order.from.number} calls ${order.to.number}`);
    },
    hangUp: (callId) => note(`hangs up ${callId}`),
    transfer: (callId, by, to) => note(`${by} sends ${callId} on to ${to.number}`),
  };
}

const recordingOf = (owner: string): string => `rec-${owner}`;

/** The sound of each recording is its owner's mark. */
const soundOf = async (recordingId: string): Promise<RecordingFile> => {
  const sound = Buffer.from(markOf(recordingId.slice('rec-'.length)));
  return {
    name: 'sound.wav',
    bytes: sound.length,
    contentType: 'audio/wav',
    read: () => Readable.from([sound]),
    close: () => Promise.resolve(),
  };
};

const connectorOf = (domain: string): string => `pbx-${markOf(domain)}`;

type Make = <T>(url: string, body: object, headers?: Record<string, string>) => Promise<T>;

const maker =
  (world: ApiWorld): Make =>
  async <T>(url: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await world.post(url, body, headers);
    assert.ok(answer.statusCode < 300, `${url}: ${answer.body}`);
    return answer.json<T>();
  };

/** The levels that are named, as a token's body has them. */
const named = (scope: Scope): object => Object.fromEntries(Object.entries(scope).filter(([, name]) => name !== '*'));

async function holderOf(make: Make, scope: Scope): Promise<Holder> {
  const kind = kindOf(scope);
  const name = `${kind} ${Object.values(named(scope)).join('/')}`;
  const made = await make<{ id: string; token: string }>('/v1/tokens', { name, kind, ...named(scope) });
  return { ...scope, name, kind, token: made.token, tokenId: made.id };
}

interface PlaceOfOne {
  readonly owner: string;
  readonly domain: string;
  readonly domainId: number;
  readonly reseller: string;
  readonly user: string;
  readonly extension: string;
}

async function belongingsOf(make: Make, scope: Scope, place: PlaceOfOne): Promise<Belongings> {
  const { owner, domain, user, extension } = place;
  const mark = markOf(owner);
  const inbox = `in-${owner}`;
  const phone = await make<{ id: number }>('/v1/extensions', { domain, number: extension, displayName: mark });
  const person = await make<{ id: number }>('/v1/users', {
    domain,
    name: user,
    displayName: mark,
    extensions: [extension],
  });
  const hook = await make<{ id: string; number: number; endpoint: { number: number } }>('/v1/subscriptions', {
    name: mark,
    notes: mark,
    scope,
    dialect: 'cloudevents',
    endpoint: { url: `inbox:${inbox}`, headers: { 'x-mark': mark } },
  });
  const event = {
    id: `event-${owner}`,
    type: 'call.started',
    domain,
    extension,
    call: {
      id: `call-${owner}`,
      from: { number: '2025550123', name: mark },
      recordings: [{ id: recordingOf(owner) }],
    },
  };
  const key = { 'idempotency-key': `key-${owner}` };
  const { accepted } = await make<{ accepted: { seq: number }[] }>('/v1/events', event, key);
  const filter = `call.from.name == '${mark}'`;
  const replayed = await make<{ number: number }>(`/v1/subscriptions/${hook.id}/replay`, { fromSeq: 1, filter });
  const token = { name: mark, notes: mark, kind: kindOf(scope), ...named(scope) };
  const { id: tokenId, token: text } = await make<{ id: string; token: string }>('/v1/tokens', token);
  const source = await make<{ id: string }>('/v1/sources', { dialect: 'ringme', domain, extension, name: mark });
  const isAdministrator = ['superuser', 'reseller', 'domain'].includes(kindOf(scope));
  const ordered = await make<{ number: number }>(
    '/v1/erasures',
    { number: '+12025559999', ...(isAdministrator ? {} : { domain }) },
    isAdministrator ? { authorization: `Bearer ${text}` } : {},
  );
  return {
    ...place,
    mark,
    scope,
    inbox,
    tokenId,
    sourceId: source.id,
    eventId: event.id,
    eventSeq: accepted[0]?.seq ?? 0,
    callId: event.call.id,
    recordingId: recordingOf(owner),
    subscriptionId: hook.id,
    subscriptionNumber: hook.number,
    endpoint: hook.endpoint.number,
    replay: replayed.number,
    erasure: ordered.number,
    extensionId: phone.id,
    userId: person.id,
    connector: connectorOf(domain),
  };
}
