/**
 * For each route, what a holder of one token would ask to get at somebody else's things: by path, by filter, by what a
 * body refers to. A route without a case fails the walk, so that a new one can't be forgotten.
 */
import type { AccessKind } from '../../../src/model/scope.ts';
import { facadeAttacks } from './facade-cases.ts';
import type { Belongings, Holder } from './world.ts';

export interface Attack {
  readonly url: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * - `denied`: 403 or 404. `hidden`: 200, and nothing of the other's in it. `open`: a route for everybody.
   * - A list: these statuses, where the answer tells of what the asker sent and not of what is there.
   */
  readonly expect: 'denied' | 'hidden' | 'open' | readonly number[];
}

/** @param own things of the asker's own, where they have any, to be turned against the other's. */
export type AttacksOf = (other: Belongings, asker: Holder, own: Belongings | null) => readonly Attack[];

const denied = 'denied' as const;
const hidden = 'hidden' as const;

const at = (...urls: string[]): Attack[] => urls.map((url) => ({ url, expect: denied }));
const list = (...urls: string[]): Attack[] => urls.map((url) => ({ url, expect: hidden }));
const open =
  (url: string): AttacksOf =>
  () => [{ url, expect: 'open' }];

const subscription = (scope: object, url = 'inbox:intruder'): object => ({
  name: 'intruder',
  dialect: 'cloudevents',
  scope,
  endpoint: { url },
});

/** Scopes that reach into what is the other's, also under the asker's own reseller. */
function reaches({ scope, domain, reseller, user, extension }: Belongings, asker: Holder): object[] {
  const place = { reseller, domain };
  const claimed = asker.reseller === '*' || asker.reseller === reseller ? [] : [{ reseller: asker.reseller, domain }];
  return [
    ...claimed,
    scope,
    { ...place, user: '*', extension: '*' },
    { ...place, user },
    { ...place, user: '*', extension },
    { reseller: '*', domain, user: '*' },
    { reseller: '*', domain: '*', user: '*', extension: '*' },
  ];
}

function tokenBodies({ domain, reseller, user, extension }: Belongings): object[] {
  const kinds: Record<AccessKind, object> = {
    superuser: {},
    reseller: { reseller },
    domain: { reseller, domain },
    user: { domain, user },
    extension: { domain, extension },
  };
  return Object.entries(kinds).map(([kind, scope]) => ({ name: 'intruder', kind, ...scope }));
}

const isIn = (asker: Holder, { domain }: Belongings): boolean => asker.domain === domain;

/** What of the other's a token of the asker's own may be called upon to open, but for what is in their own scope. */
function foreignTokens(other: Belongings, asker: Holder): object[] {
  const claimed = { name: 'intruder', kind: 'domain', reseller: asker.reseller, domain: other.domain };
  const all = [...tokenBodies(other), ...(asker.reseller === other.reseller ? [] : [claimed])];
  // Within their own domain a domain's token makes tokens of everybody in it: the other is then a reseller or above.
  return isIn(asker, other) && asker.kind === 'domain' ? all.slice(0, 2) : all;
}

const posts = (resource: string, what: string, { subscriptionId, subscriptionNumber }: Belongings): Attack[] =>
  [subscriptionId, subscriptionNumber].map((id) => ({ url: `${resource}/${id}/${what}`, body: {}, expect: denied }));

/** Somebody else's subscription, or their event with one's own. */
function looks(what: string, other: Belongings, own: Belongings | null): Attack[] {
  const { subscriptionId, subscriptionNumber, eventId, eventSeq } = other;
  const of = (id: string | number, body: object): Attack => ({
    url: `/v1/subscriptions/${id}/${what}`,
    body,
    expect: denied,
  });
  const attacks = [of(subscriptionId, {}), of(subscriptionNumber, {}), of(subscriptionId, { seq: eventSeq })];
  if (own) attacks.push(of(own.subscriptionId, { eventId }), of(own.subscriptionId, { seq: eventSeq }));
  return attacks;
}

const event = (other: Belongings, more: object = {}): object => ({
  type: 'call.started',
  call: { id: 'call-intruder' },
  ...more,
  domain: other.domain,
});

export const attacks: Readonly<Record<string, AttacksOf>> = {
  'GET /healthz': open('/healthz'),
  'GET /readyz': open('/readyz'),
  'GET /openapi.json': open('/openapi.json'),
  'GET /docs': open('/docs'),
  'GET /': open('/'),
  'GET /assets/page.css': open('/assets/page.css'),
  'GET /assets/page.js': open('/assets/page.js'),
  'GET /metrics': () => at('/metrics'),

  // Anybody may post to an inbox there is, as a receiver must let them.
  'POST /inbox/:token': ({ inbox }) => [{ url: `/inbox/${inbox}`, body: { intruder: true }, expect: 'open' }],
  'GET /inbox/:token': ({ inbox }) => at(`/inbox/${inbox}`, `/inbox/${inbox}?cursor=0&limit=500`),

  'POST /v1/events': (other, asker, own) => [
    { url: '/v1/events', body: event(other), expect: denied },
    { url: '/v1/events', body: [event(other)], expect: denied },
    { url: '/v1/events', body: event(other, { reseller: other.reseller }), expect: denied },
    // Somebody else's key, with the very body it was used for.
    {
      url: '/v1/events',
      body: {
        id: other.eventId,
        type: 'call.started',
        domain: other.domain,
        extension: other.extension,
        call: { id: other.callId, from: { number: '2025550123', name: other.mark } },
      },
      headers: { 'idempotency-key': `key-${other.owner}` },
      expect: denied,
    },
    // Said by Offhook alone, whoever asks, and wherever.
    ...['audit.recorded', 'charge.made', 'connector.up', 'delivery.cancelled', 'subscription.disabled'].map((type) => ({
      url: '/v1/events',
      body: { type, ...(own && { domain: own.domain }) },
      expect: asker.kind === 'user' || asker.kind === 'extension' ? ('denied' as const) : [400],
    })),
  ],
  'GET /v1/events': ({ domain, callId, extension, connector, eventSeq }) =>
    list(
      '/v1/events?limit=500',
      `/v1/events?domain=${domain}&limit=500`,
      `/v1/events?call=${callId}`,
      `/v1/events?extension=${extension}&limit=500`,
      `/v1/events?connector=${connector}`,
      '/v1/events?number=2025550123&limit=500',
      `/v1/events?number=1202*&domain=${domain}&extension=${extension}`,
      '/v1/events?number=1202*&cursor=99999999999999-99999',
      '/v1/events?number=1202*&cursor=99999999999999-99999-99999',
      '/v1/events?outcome=answered&limit=500',
      `/v1/events?outcome=answered&domain=${domain}&limit=500`,
      '/v1/events?connector=offhook&limit=500',
      '/v1/events?type=audit.recorded&limit=500',
      `/v1/events?cursor=${eventSeq + 1}&limit=1`,
    ),
  'GET /v1/events/:id': ({ eventId }) => at(`/v1/events/${eventId}`),
  'GET /v1/events/:id/why': ({ eventId, subscriptionId, subscriptionNumber }, _asker, own) => [
    ...at(`/v1/events/${eventId}/why`, `/v1/events/${eventId}/why?subscription=${subscriptionNumber}`),
    // An event of one's own, with somebody else's subscription.
    ...(own
      ? [
          ...at(
            `/v1/events/${own.eventId}/why?subscription=${subscriptionId}`,
            `/v1/events/${own.eventId}/why?subscription=${subscriptionNumber}`,
          ),
          ...list(`/v1/events/${own.eventId}/why?limit=100`),
        ]
      : []),
  ],

  'GET /v1/subscriptions': ({ tokenId }) =>
    list('/v1/subscriptions?limit=500', ...[tokenId, 'administrator'].map((id) => `/v1/subscriptions?createdBy=${id}`)),
  'POST /v1/subscriptions': (other, asker) => [
    ...reaches(other, asker)
      .filter((scope) => !isWithin(asker, scope, other))
      .map((scope) => ({ url: '/v1/subscriptions', body: subscription(scope), expect: denied })),
    // In a scope of their own, but into the other's inbox.
    ...(asker.kind === 'extension'
      ? []
      : [{ url: '/v1/subscriptions', body: subscription({}, `inbox:${other.inbox}`), expect: [409] }]),
  ],
  'GET /v1/subscriptions/:id': ({ subscriptionId, subscriptionNumber }) =>
    at(`/v1/subscriptions/${subscriptionId}`, `/v1/subscriptions/${subscriptionNumber}`),
  'PUT /v1/subscriptions/:id': (other, asker, own) => [
    { url: `/v1/subscriptions/${other.subscriptionId}`, body: subscription({}), expect: denied },
    ...ownSubscription(own, asker, other, (scope) => subscription(scope)),
  ],
  'PATCH /v1/subscriptions/:id': (other, asker, own) => [
    { url: `/v1/subscriptions/${other.subscriptionId}`, body: { notes: 'intruder' }, expect: denied },
    ...ownSubscription(own, asker, other, (scope) => ({ scope })),
  ],
  'DELETE /v1/subscriptions/:id': ({ subscriptionId }) => at(`/v1/subscriptions/${subscriptionId}`),

  'POST /v1/subscriptions/:id/pause': (other) => posts('/v1/subscriptions', 'pause', other),
  'POST /v1/subscriptions/:id/resume': (other) => posts('/v1/subscriptions', 'resume', other),
  'POST /v1/endpoints/:number/pause': ({ endpoint }) => [
    { url: `/v1/endpoints/${endpoint}/pause`, body: {}, expect: denied },
  ],
  'POST /v1/endpoints/:number/resume': ({ endpoint }) => [
    { url: `/v1/endpoints/${endpoint}/resume`, body: {}, expect: denied },
  ],
  'POST /v1/subscriptions/:id/preview': (other, _asker, own) => looks('preview', other, own),
  'POST /v1/subscriptions/:id/test': (other, _asker, own) => looks('test', other, own),

  'GET /v1/endpoints': () => list('/v1/endpoints'),
  'GET /v1/endpoints/:number': ({ endpoint }) => at(`/v1/endpoints/${endpoint}`),

  'GET /v1/deliveries': ({ subscriptionId, subscriptionNumber, eventSeq, replay }) => [
    ...list('/v1/deliveries?limit=500', `/v1/deliveries?replay=${replay}`, `/v1/deliveries?seq=${eventSeq}`),
    ...list(
      '/v1/deliveries?number=2025550123&limit=500',
      `/v1/deliveries?number=1202*&seq=${eventSeq}`,
      '/v1/deliveries?number=1202*&cursor=99999999999999-99999-99999',
      '/v1/deliveries?outcome=delivered&since=2020-01-01T00:00:00Z&limit=500',
      '/v1/deliveries?outcome=failed&limit=500',
    ),
    ...at(`/v1/deliveries?subscription=${subscriptionId}`, `/v1/deliveries?subscription=${subscriptionNumber}`),
  ],
  'GET /v1/deliveries/parked': ({ subscriptionId, subscriptionNumber }) => [
    ...list('/v1/deliveries/parked'),
    ...at(
      `/v1/deliveries/parked?subscription=${subscriptionId}`,
      `/v1/deliveries/parked?subscription=${subscriptionNumber}`,
    ),
  ],
  'GET /v1/deliveries/:id': ({ subscriptionNumber, eventSeq, replay }) =>
    at(
      `/v1/deliveries/${subscriptionNumber}-${eventSeq}-r${replay}`,
      `/v1/deliveries/${subscriptionNumber}-${eventSeq}`,
      `/v1/deliveries/${subscriptionNumber}-1`,
    ),

  'GET /v1/deliveries/:id/why': ({ subscriptionNumber, eventSeq, replay }) =>
    at(
      `/v1/deliveries/${subscriptionNumber}-${eventSeq}-r${replay}/why`,
      `/v1/deliveries/${subscriptionNumber}-${eventSeq}/why`,
      `/v1/deliveries/${subscriptionNumber}-1/why`,
    ),

  'POST /v1/deliveries/:id/retry': ({ subscriptionNumber, eventSeq }) => [
    { url: `/v1/deliveries/${subscriptionNumber}-${eventSeq}/retry`, body: {}, expect: denied },
    { url: `/v1/deliveries/${subscriptionNumber}-1/retry`, body: {}, expect: denied },
  ],
  'POST /v1/deliveries/retry': ({ subscriptionId, subscriptionNumber }) => [
    { url: '/v1/deliveries/retry', body: { subscription: subscriptionId }, expect: denied },
    { url: '/v1/deliveries/retry', body: { subscription: String(subscriptionNumber) }, expect: denied },
  ],

  'GET /v1/calls': ({ domain, extension }) =>
    list(
      '/v1/calls?limit=1000',
      '/v1/calls?state=live',
      '/v1/calls?state=ended',
      '/v1/calls?number=2025550123',
      '/v1/calls?number=1202*',
      '/v1/calls?direction=inbound&limit=1000',
      `/v1/calls?domain=${domain}`,
      `/v1/calls?domain=${domain}&extension=${extension}`,
      `/v1/calls?extension=${extension}&number=%2B12025550123`,
      '/v1/calls?cursor=99999999999999-99999',
    ),
  'POST /v1/subscriptions/:id/replay': ({ subscriptionId, subscriptionNumber }) =>
    [subscriptionId, subscriptionNumber].flatMap((id) =>
      [{ fromSeq: 1 }, { fromSeq: 1, dryRun: true }].map((body) => ({
        ...{ url: `/v1/subscriptions/${id}/replay`, body, expect: denied },
      })),
    ),
  'POST /v1/endpoints/:number/replay': ({ endpoint }) =>
    [{ fromSeq: 1 }, { fromSeq: 1, dryRun: true }].map((body) => ({
      ...{ url: `/v1/endpoints/${endpoint}/replay`, body, expect: denied },
    })),
  'GET /v1/replays': () => list('/v1/replays?limit=500', '/v1/replays?state=done&limit=500'),
  'GET /v1/replays/:number': ({ replay }) => at(`/v1/replays/${replay}`),
  'POST /v1/replays/:number/cancel': ({ replay }) => [
    { url: `/v1/replays/${replay}/cancel`, body: {}, expect: denied },
  ],

  // In their own domain a domain's administrator may.
  'POST /v1/erasures': (other, asker) =>
    mayChangeDomain(asker, other)
      ? []
      : [{}, { dryRun: true }].map((more) => ({
          ...{ url: '/v1/erasures', body: { number: '+12025550123', domain: other.domain, ...more }, expect: denied },
        })),
  'GET /v1/erasures': (_other, asker) =>
    asker.kind === 'user' || asker.kind === 'extension' ? at('/v1/erasures') : list('/v1/erasures?limit=500'),
  'GET /v1/erasures/:number': ({ erasure }) => at(`/v1/erasures/${erasure}`),

  'GET /v1/calls/:id': ({ callId }) => at(`/v1/calls/${callId}`),
  // Each names the other's phone system, or an extension in their own that is the other's.
  'POST /v1/calls': ({ connector, extension }) =>
    [
      { from: extension, to: '+12025550123' },
      { from: '+12025550123', to: '+12025550124', onBehalfOf: extension },
      { from: extension, to: '+12025550123', onBehalfOf: extension, first: 'to', buttonId: 'intruder' },
    ].map((body) => ({ url: '/v1/calls', body: { ...body, connector }, expect: denied })),
  'POST /v1/calls/:id/hangup': ({ callId }) => [{ url: `/v1/calls/${callId}/hangup`, body: {}, expect: denied }],
  'POST /v1/calls/:id/transfer': ({ callId, extension }) =>
    [{ to: '+12025550123' }, { to: '+12025550123', by: extension }].map((body) => ({
      ...{ url: `/v1/calls/${callId}/transfer`, body, expect: denied },
    })),
  'GET /v1/recordings/:id': ({ recordingId }) => at(`/v1/recordings/${recordingId}`),
  'GET /v1/live': () => list('/v1/live'),
  'GET /v1/connectors': () => list('/v1/connectors'),
  'POST /v1/connectors/:id/sync': ({ connector }) => [
    { url: `/v1/connectors/${connector}/sync`, body: { dryRun: true }, expect: denied },
    { url: `/v1/connectors/${connector}/sync`, body: {}, expect: denied },
  ],
  'GET /v1/dialects': () => list('/v1/dialects'),
  'GET /v1/stats': () => list('/v1/stats'),

  'GET /v1/tokens': () => list('/v1/tokens?limit=500'),
  'POST /v1/tokens': (other, asker) =>
    foreignTokens(other, asker).map((body) => ({ url: '/v1/tokens', body, expect: denied })),
  'GET /v1/tokens/:id': ({ tokenId }) => at(`/v1/tokens/${tokenId}`),
  'PATCH /v1/tokens/:id': ({ tokenId }) => [
    { url: `/v1/tokens/${tokenId}`, body: { name: 'intruder' }, expect: denied },
    { url: `/v1/tokens/${tokenId}`, body: { expiresAt: null }, expect: denied },
  ],
  'POST /v1/tokens/:id/rotate': ({ tokenId }) => [{ url: `/v1/tokens/${tokenId}/rotate`, body: {}, expect: denied }],
  'DELETE /v1/tokens/:id': ({ tokenId }) => at(`/v1/tokens/${tokenId}`),

  ...facadeAttacks,
  'GET /v1/sources': () => list('/v1/sources?limit=500'),
  'POST /v1/sources': ({ domain, extension }) =>
    ['voipnow', 'ringme'].map((dialect) => ({
      url: '/v1/sources',
      body: { dialect, domain, extension, name: 'intruder' },
      expect: denied,
    })),
  'GET /v1/sources/:id': ({ sourceId }) => at(`/v1/sources/${sourceId}`),
  'PATCH /v1/sources/:id': ({ sourceId }) => [
    { url: `/v1/sources/${sourceId}`, body: { allowFrom: [] }, expect: denied },
  ],
  'POST /v1/sources/:id/rotate': ({ sourceId }) => [
    { url: `/v1/sources/${sourceId}/rotate`, body: {}, expect: denied },
  ],
  'DELETE /v1/sources/:id': ({ sourceId }) => at(`/v1/sources/${sourceId}`),
  // What opens them is the token in the path alone, whoever asks.
  'GET /in/:dialect/:token': ({ sourceId }) =>
    [sourceId, '0'.repeat(32)].map((token) => ({ url: `/in/ringme/${token}`, expect: [404, 429] })),
  'POST /in/:dialect/:token': ({ sourceId }) => [
    { url: `/in/ringme/${sourceId}`, body: { CallID: 'intruder' }, expect: [404, 429] },
  ],

  'GET /v1/domains': () => list('/v1/domains?limit=500'),
  'POST /v1/domains': ({ domain, reseller }) => [
    { url: '/v1/domains', body: { name: domain }, expect: denied },
    { url: '/v1/domains', body: { name: 'intruder', reseller }, expect: denied },
  ],
  // Their own domain's record is for its users to read; what is not: another's.
  'GET /v1/domains/:name': (other, asker) =>
    mayReadDomain(asker, other) ? list(`/v1/domains/${other.domain}`) : at(`/v1/domains/${other.domain}`),
  'PATCH /v1/domains/:name': (other, asker) => [
    ...(mayChangeDomain(asker, other)
      ? []
      : [{ url: `/v1/domains/${other.domain}`, body: { displayName: 'intruder' }, expect: denied }]),
    { url: `/v1/domains/${other.domain}`, body: { allowNetworks: ['0.0.0.0/0'] }, expect: denied },
    ...(maySetLimits(asker, other)
      ? []
      : [{ url: `/v1/domains/${other.domain}`, body: { eventLimit: 9_999 }, expect: denied }]),
  ],
  'DELETE /v1/domains/:name': ({ domain }) => at(`/v1/domains/${domain}`, `/v1/domains/${domain}?cascade=true`),

  'GET /v1/extensions': ({ domain, extension }) =>
    list('/v1/extensions?limit=500', `/v1/extensions?domain=${domain}`, `/v1/extensions?number=${extension}&limit=500`),
  'POST /v1/extensions': (other, asker) =>
    mayChangeDomain(asker, other)
      ? []
      : [{ url: '/v1/extensions', body: { domain: other.domain, number: '66' }, expect: denied }],
  'GET /v1/extensions/:id': ({ extensionId }) => at(`/v1/extensions/${extensionId}`),
  'PATCH /v1/extensions/:id': (other, asker, own) => [
    ...(own && !maySetLimits(asker, own)
      ? [{ url: `/v1/extensions/${own.extensionId}`, body: { eventLimit: 9_999 }, expect: denied }]
      : []),
    { url: `/v1/extensions/${other.extensionId}`, body: { displayName: 'intruder' }, expect: denied },
    ...(own && own.domain !== other.domain
      ? [{ url: `/v1/extensions/${own.extensionId}`, body: { users: [other.user] }, expect: [400, 403, 404] }]
      : []),
  ],
  'DELETE /v1/extensions/:id': ({ extensionId }) =>
    at(`/v1/extensions/${extensionId}`, `/v1/extensions/${extensionId}?cascade=true`),

  'GET /v1/users': ({ domain }) => list('/v1/users?limit=500', `/v1/users?domain=${domain}`),
  'POST /v1/users': (other, asker) =>
    mayChangeDomain(asker, other)
      ? []
      : [{ url: '/v1/users', body: { domain: other.domain, name: 'intruder' }, expect: denied }],
  'GET /v1/users/:id': ({ userId }) => at(`/v1/users/${userId}`),
  'PATCH /v1/users/:id': (other, _asker, own) => [
    { url: `/v1/users/${other.userId}`, body: { extensions: [] }, expect: denied },
    ...(own && own.domain !== other.domain
      ? [
          {
            url: `/v1/users/${own.userId}`,
            body: { extensions: [other.extension, '66'] },
            expect: [400, 403, 404],
          },
        ]
      : []),
  ],
  'DELETE /v1/users/:id': ({ userId }) => at(`/v1/users/${userId}`, `/v1/users/${userId}?cascade=true`),

  'GET /v1/audit': ({ domain, tokenId, subscriptionNumber, replay }) =>
    list(
      '/v1/audit?limit=500',
      `/v1/audit?domain=${domain}&limit=500`,
      `/v1/audit?object=token&objectId=${tokenId}`,
      `/v1/audit?object=subscription&objectId=${subscriptionNumber}`,
      `/v1/audit?object=replay&objectId=${replay}`,
      '/v1/audit?author=administrator&limit=500',
    ),
};

/** Whether a scope as a body writes it lies within what the asker covers, so that it is no attack. */
function isWithin(asker: Holder, scope: object, other: Belongings): boolean {
  // The domain of another is not one's own for being called so.
  if ('domain' in scope && scope.domain === other.domain && asker.reseller !== other.reseller) return false;
  const levels = ['reseller', 'domain', 'user', 'extension'] as const;
  const wanted = scope as Partial<Record<(typeof levels)[number], string>>;
  return levels.every((level) => asker[level] === '*' || (wanted[level] ?? asker[level]) === asker[level]);
}

function ownSubscription(
  own: Belongings | null,
  asker: Holder,
  other: Belongings,
  body: (scope: object) => object,
): Attack[] {
  if (!own) return [];
  return reaches(other, asker)
    .filter((scope) => !isWithin(asker, scope, other))
    .map((scope) => ({ url: `/v1/subscriptions/${own.subscriptionId}`, body: body(scope), expect: denied }));
}

function mayReadDomain(asker: Holder, other: Belongings): boolean {
  return asker.domain === other.domain || (asker.domain === '*' && asker.reseller === other.reseller);
}

const mayChangeDomain = (asker: Holder, other: Belongings): boolean =>
  mayReadDomain(asker, other) && (asker.kind === 'domain' || asker.kind === 'reseller');

const maySetLimits = (asker: Holder, of: Belongings): boolean => mayReadDomain(asker, of) && asker.kind === 'reseller';
