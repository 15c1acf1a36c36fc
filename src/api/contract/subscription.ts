/** A subscription as the API takes and shows it. */
import { Type, type Static } from 'typebox';
import { nullable, Time } from './common.ts';

const scopeName = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: `${description}; \`*\` is all.` }));

/** A secret on its way in, or `{ "set": true }` as it was read back, which keeps the one that is stored. */
const SecretInput = Type.Union([
  Type.String({ minLength: 1, maxLength: 4096 }),
  Type.Object({ set: Type.Literal(true) }, { additionalProperties: false }),
]);
export type SecretInput = Static<typeof SecretInput>;

const strict = { additionalProperties: false } as const;

/** A private key on its way in. */
const KeyInput = Type.Union([
  Type.String({ minLength: 1, maxLength: 16_384 }),
  Type.Object({ set: Type.Literal(true) }, { additionalProperties: false }),
]);
const Certificates = Type.String({ minLength: 1, maxLength: 65_536 });
const tokenUrl = Type.String({ minLength: 1, maxLength: 2048 });
const scope = Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 2048 })));
const shortText = Type.String({ minLength: 1, maxLength: 1024 });
export const clientAuths = ['basic', 'body'] as const;

/** One for each `kind`. */
export const authInputs = [
  Type.Object({ kind: Type.Literal('none') }, strict),
  Type.Object(
    { kind: Type.Literal('basic'), username: Type.String({ maxLength: 256 }), password: SecretInput },
    strict,
  ),
  Type.Object({ kind: Type.Literal('bearer'), token: SecretInput }, strict),
  Type.Object(
    { kind: Type.Literal('headers'), headers: Type.Record(Type.String({ maxLength: 128 }), SecretInput) },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('oauth2-client-credentials'),
      tokenUrl,
      clientId: shortText,
      clientSecret: SecretInput,
      clientAuth: Type.Optional(Type.Enum(clientAuths)),
      scope,
      audience: Type.Optional(nullable(shortText)),
      parameters: Type.Optional(Type.Record(Type.String({ maxLength: 128 }), SecretInput)),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('oauth2-jwt-bearer'),
      tokenUrl,
      privateKey: KeyInput,
      keyId: Type.Optional(nullable(shortText)),
      issuer: shortText,
      subject: shortText,
      audience: shortText,
      scope,
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('mtls'),
      certificate: Certificates,
      privateKey: KeyInput,
      ca: Type.Optional(nullable(Certificates)),
    },
    strict,
  ),
] as const;

const AuthInput = Type.Union([...authInputs], {
  description: [
    'How Offhook proves itself to the receiver: `{"kind": "none"}`, `{"kind": "basic", "username": "offhook", "password": "…"}`, `{"kind": "bearer", "token": "…"}`, or `{"kind": "headers", "headers": {"X-Api-Key": "…"}}` with 1 to 20 headers.',
    '`{"kind": "oauth2-client-credentials", "tokenUrl": "https://login.example/token", "clientId": "…", "clientSecret": "…"}` with `scope`, `audience`, further `parameters` and `clientAuth` (`basic`, the default, or `body`) where they are needed; `{"kind": "oauth2-jwt-bearer", "tokenUrl": "…", "privateKey": "-----BEGIN PRIVATE KEY-----…", "issuer": "…", "subject": "…", "audience": "…"}` with `keyId` and `scope`, signed with RS256, as Salesforce has it.',
    '`{"kind": "mtls", "certificate": "-----BEGIN CERTIFICATE-----…", "privateKey": "-----BEGIN PRIVATE KEY-----…"}`, and `ca` where the receiver’s certificate comes from an authority of its own.',
    'Secrets are never read back: they are shown as `{"set": true}`, and sent so they stay as they are, while the URL and the token URL lead to the same origins.',
  ].join(' '),
});
export type AuthInput = Static<typeof AuthInput>;

export const methods = ['POST', 'PUT', 'PATCH', 'GET'] as const;

const EndpointInput = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'http, https, or `inbox:TOKEN` for the built-in receiver.',
    }),
    name: Type.Optional(
      nullable(
        Type.String({ minLength: 1, maxLength: 128 }),
        'Shares the endpoint of this name instead of the one of its origin.',
      ),
    ),
    method: Type.Optional(Type.Enum(methods, { description: 'By default what the dialect says.' })),
    auth: Type.Optional(AuthInput),
    headers: Type.Optional(
      Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 4096 }), {
        description: 'Sent with every notification. Read back as they are: credentials belong in `auth`.',
      }),
    ),
    timeoutMs: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 120_000, description: 'Whole time of one attempt.' }),
    ),
    maxInFlight: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 256,
        description:
          'Requests under way at a time, of all subscriptions that share the endpoint; 8 while none says anything.',
      }),
    ),
    ratePerSecond: Type.Optional(
      nullable(
        Type.Number({ minimum: 0.01, maximum: 100_000 }),
        'Most requests per second, of all subscriptions that share the endpoint. The last one that names a limit sets it.',
      ),
    ),
    signing: Type.Optional(
      nullable(
        Type.Object({ secrets: Type.Array(SecretInput, { minItems: 1, maxItems: 2 }) }, strict),
        'Standard Webhooks secrets (`whsec_…`), the newest first; two are valid during a rotation.',
      ),
    ),
  },
  strict,
);

const RetryInput = Type.Object(
  {
    maxAttempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: 'The first one included. By default one more than there are `delays`.',
      }),
    ),
    delays: Type.Optional(
      Type.Array(Type.String({ maxLength: 32 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Before attempt 2, 3, …; the last one is used for all that follow. `5s`, `10m`, `2h`.',
      }),
    ),
    jitter: Type.Optional(
      Type.Number({ minimum: 0, maximum: 0.5, description: 'Each delay is moved by up to this share of itself.' }),
    ),
  },
  strict,
);

export const SubscriptionInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    notes: Type.Optional(Type.String({ maxLength: 4000 })),
    enabled: Type.Optional(Type.Boolean()),
    scope: Type.Optional(
      Type.Object(
        {
          reseller: scopeName('Reseller'),
          domain: scopeName('Domain'),
          user: scopeName('User'),
          extension: scopeName('Extension'),
        },
        strict,
      ),
    ),
    events: Type.Optional(
      Type.Array(Type.String({ maxLength: 100 }), {
        minItems: 1,
        maxItems: 200,
        description: 'Event types; `leg.*` and `*` stand for several. By default what the dialect has words for.',
      }),
    ),
    filter: Type.Optional(
      nullable(
        Type.String({ minLength: 1, maxLength: 4000 }),
        "A CEL expression over the event, such as `call.direction == 'inbound'`: only events it is true of are delivered. A mistake is answered with `line`, `column` and an `excerpt`.",
      ),
    ),
    dialect: Type.String({ minLength: 1, maxLength: 64, description: 'One of GET /v1/dialects.' }),
    options: Type.Optional(
      Type.Record(Type.String({ maxLength: 128 }), Type.Unknown(), {
        description: 'As the dialect’s schema has them.',
      }),
    ),
    endpoint: EndpointInput,
    retry: Type.Optional(RetryInput),
    order: Type.Optional(
      Type.Enum(['call', 'none'], { description: '`call`: events of a call never overtake each other.' }),
    ),
    expireAfter: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 32 }), {
        description:
          'By event type, how long after its arrival an event is still worth sending: `{"leg.ringing": "1m"}`.',
      }),
    ),
    redundancy: Type.Optional(
      Type.Object(
        {
          geo: Type.Optional(Type.Boolean()),
          preferredServer: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 128 }))),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type SubscriptionInput = Static<typeof SubscriptionInput>;

export const warningCodes = [
  'certificate_expires_soon',
  'certificate_expired',
  'address_refused',
  'events_never_sent',
] as const;

const set = Type.Object({ set: Type.Boolean() });

export const SubscriptionView = Type.Object({
  id: Type.String({ description: 'Confidential: receivers know genuine posts by it.' }),
  number: Type.Integer({ description: 'Public; delivery ids and logs name it.' }),
  name: Type.String(),
  notes: Type.String(),
  enabled: Type.Boolean(),
  scope: Type.Object({ reseller: Type.String(), domain: Type.String(), user: Type.String(), extension: Type.String() }),
  events: Type.Array(Type.String()),
  filter: nullable(Type.String()),
  dialect: Type.String(),
  options: Type.Record(Type.String(), Type.Unknown()),
  endpoint: Type.Object({
    number: Type.Integer(),
    name: nullable(Type.String()),
    url: Type.String(),
    method: Type.Enum(methods),
    auth: Type.Union([
      Type.Object({ kind: Type.Literal('none') }),
      Type.Object({ kind: Type.Literal('basic'), username: Type.String(), password: set }),
      Type.Object({ kind: Type.Literal('bearer'), token: set }),
      Type.Object({ kind: Type.Literal('headers'), headers: Type.Record(Type.String(), set) }),
      Type.Object({
        kind: Type.Literal('oauth2-client-credentials'),
        tokenUrl: Type.String(),
        clientId: Type.String(),
        clientSecret: set,
        clientAuth: Type.Enum(clientAuths),
        scope: nullable(Type.String()),
        audience: nullable(Type.String()),
        parameters: Type.Record(Type.String(), set),
      }),
      Type.Object({
        kind: Type.Literal('oauth2-jwt-bearer'),
        tokenUrl: Type.String(),
        privateKey: set,
        keyId: nullable(Type.String()),
        issuer: Type.String(),
        subject: Type.String(),
        audience: Type.String(),
        scope: nullable(Type.String()),
      }),
      Type.Object({
        kind: Type.Literal('mtls'),
        certificate: Type.String(),
        privateKey: set,
        ca: nullable(Type.String()),
      }),
    ]),
    headers: Type.Record(Type.String(), Type.String()),
    timeoutMs: Type.Integer(),
    maxInFlight: Type.Integer(),
    ratePerSecond: nullable(Type.Number()),
    signing: nullable(Type.Object({ secrets: Type.Array(set) })),
  }),
  retry: Type.Object({ maxAttempts: Type.Integer(), delays: Type.Array(Type.String()), jitter: Type.Number() }),
  order: Type.Enum(['call', 'none']),
  expireAfter: Type.Record(Type.String(), Type.String()),
  redundancy: Type.Object({ geo: Type.Boolean(), preferredServer: nullable(Type.String()) }),
  status: Type.Enum(['active', 'failing', 'paused', 'disabled'], {
    description:
      '`failing`: its receiver does not take what is sent. `paused`: it is, or its endpoint; everything is kept.',
  }),
  paused: nullable(
    Type.Object({ since: Time, by: Type.String() }),
    'It alone, or its endpoint: since when and by whom.',
  ),
  currentServer: nullable(Type.String(), 'The server that delivers; null while disabled.'),
  counters: Type.Object({ posts: Type.Integer(), errors: Type.Integer(), since: Time }),
  lag: Type.Integer({
    description:
      'Events between what was settled or parked for it and the newest; an upper bound of what waits for it besides `parked`.',
  }),
  parked: Type.Object(
    {
      retrying: Type.Integer({ description: 'Deliveries that failed and wait for their own next attempt.' }),
      behind: Type.Integer({
        description:
          'Deliveries that wait for an earlier one of the same call to the same receiver, which is tried again.',
      }),
      behindOthers: Type.Integer({
        description: 'Those of them that wait for a delivery of another subscription which sends to the same receiver.',
      }),
      heldBy: Type.Array(Type.Integer(), {
        description: 'These other subscriptions, by number; at most 20, and only such as the caller may see.',
      }),
      dueAt: nullable(
        Time,
        'When the first that failed is tried again; null where nothing is parked, and while it is paused.',
      ),
    },
    {
      description:
        'What is kept until something that failed has been delivered or given up. Events of one call reach one receiver in order, whichever subscription they are for; with an `endpoint.name` of its own, or `order: none`, a subscription does not wait for others.',
    },
  ),
  lastSuccess: nullable(Time),
  lastError: nullable(Type.Object({ at: Time, error: Type.String() })),
  warnings: Type.Array(
    Type.Object({
      code: Type.Enum(warningCodes),
      field: Type.String(),
      detail: Type.String(),
      at: nullable(Time),
    }),
    {
      description:
        'What its owner has to see to before it fails: a certificate of `endpoint.auth` expires within 30 days or has expired; `at` says when. And what can’t be reached as things are: a URL names an address that its domain may not reach.',
    },
  ),
  createdBy: nullable(
    Type.String(),
    'Id of the token it was made with, the same after a rotation; `administrator` or `offhook`. Null: it was made before that was kept.',
  ),
  createdAt: Time,
  updatedAt: Time,
});
export type SubscriptionView = Static<typeof SubscriptionView>;
