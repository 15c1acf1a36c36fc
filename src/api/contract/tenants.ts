/** Tokens, domains, extensions and users as the API takes and shows them. */
import { Type } from 'typebox';
import { accessKinds } from '../../model/scope.ts';
import { extensionTypes } from '../../model/tenants.ts';
import { nullable, Time } from './common.ts';

const strict = { additionalProperties: false } as const;
/** Printable, in one line, and no wildcard. */
const plain = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029*]+$';
const oneLine = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$';
const scopeName = (description: string) => Type.String({ minLength: 1, maxLength: 128, pattern: plain, description });
const line = (maxLength: number, description?: string) =>
  Type.String({
    maxLength,
    pattern: oneLine,
    ...(description !== undefined && { description }),
  });
const title = (description: string) => Type.Optional(line(200, description));

const expiresAt = Type.Optional(nullable(Time, 'When it stops being valid; null: never.'));
const notes = Type.Optional(Type.String({ maxLength: 4000 }));

export const TokenInput = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: oneLine,
      description: 'What it is for; shown in lists and in the audit.',
    }),
    notes,
    kind: Type.Enum([...accessKinds], {
      description: 'What it opens: everything, a reseller’s domains, one domain, or one user or extension of a domain.',
    }),
    reseller: Type.Optional(scopeName('By default the one the domain is recorded for, else `default`.')),
    domain: Type.Optional(scopeName('By default that of the token this is asked with.')),
    user: Type.Optional(scopeName('For kind `user`.')),
    extension: Type.Optional(scopeName('For kind `extension`.')),
    expiresAt,
  },
  strict,
);
export const TokenChanges = Type.Object(
  { name: Type.Optional(TokenInput.properties.name), notes, expiresAt },
  { ...strict, minProperties: 1 },
);
export const RotateInput = Type.Object(
  {
    grace: Type.Optional(
      Type.String({
        maxLength: 32,
        default: '1d',
        description: 'How long the text before stays valid, up to 30d; `0s`: not at all.',
      }),
    ),
  },
  strict,
);
const orNullText = nullable(Type.String());
export const TokenView = Type.Object({
  id: Type.String({ description: 'Public: part of the token, and what the audit calls it.' }),
  name: Type.String(),
  notes: Type.String(),
  kind: Type.Enum([...accessKinds]),
  reseller: orNullText,
  domain: orNullText,
  user: orNullText,
  extension: orNullText,
  expiresAt: nullable(Time),
  expired: Type.Boolean(),
  createdAt: Time,
  createdBy: Type.String(),
  rotatedAt: nullable(Time),
  previousValidUntil: nullable(Time, 'Until then the text from before the last rotation is valid too.'),
  lastUsedAt: nullable(Time, 'Null: never. After a crash it may be a minute behind.'),
});
export const MadeTokenView = Type.Object({
  ...TokenView.properties,
  token: nullable(
    Type.String(),
    'The token itself, shown this once: only its hash is kept. Null where the answer is repeated for an Idempotency-Key.',
  ),
});

const dated = { createdAt: Time, updatedAt: Time };
const country = nullable(
  Type.String({ pattern: '^[A-Z]{2}$' }),
  'ISO 3166 code, such as `AT`: national numbers of events sent to `POST /v1/events` are read in it. Null: `defaults.country`.',
);
const timezone = nullable(line(64), 'IANA name, such as `Europe/Vienna`.');
const eventLimit = nullable(
  Type.Integer({ minimum: 0, maximum: 10_000 }),
  'Most events that an extension has in the vendors’ formats whose subscriptions are counted (`limited` in GET /v1/dialects): subscriptions in one of these that name the extension, enabled or not. A superuser or the reseller sets it. Null in a domain: 16; in an extension: as its domain says.',
);
const allowNetworks = Type.Array(Type.String({ maxLength: 64 }), {
  maxItems: 100,
  description:
    'Networks its receivers may stand in besides public ones, such as `10.1.0.0/16`. A superuser alone sets them; they hold from the next connection on.',
});

export const DomainChanges = Type.Object(
  {
    displayName: title('For people.'),
    country: Type.Optional(country),
    timezone: Type.Optional(timezone),
    allowNetworks: Type.Optional(allowNetworks),
    eventLimit: Type.Optional(eventLimit),
  },
  { ...strict, minProperties: 1 },
);
export const DomainInput = Type.Object(
  {
    name: scopeName('As events name it. It can’t be changed later.'),
    reseller: Type.Optional(scopeName('`default`, where it is left out. It can’t be changed later.')),
    ...DomainChanges.properties,
  },
  strict,
);
export const DomainView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  reseller: Type.String(),
  displayName: Type.String(),
  country,
  timezone,
  allowNetworks: Type.Optional(allowNetworks),
  eventLimit,
  ...dated,
});

const extensionFields = {
  type: Type.Optional(Type.Enum([...extensionTypes], { description: 'A phone, where a new one says nothing.' })),
  prefix: Type.Optional(
    nullable(
      Type.String({ pattern: '^[0-9]{1,16}$' }),
      'Digits before the star where a vendor writes extensions as `0003*210`.',
    ),
  ),
  displayName: title('For people.'),
  users: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
      maxItems: 50,
      uniqueItems: true,
      description: 'Names of the users who own it: they see what it takes part in.',
    }),
  ),
  dids: Type.Optional(
    Type.Array(Type.String({ minLength: 2, maxLength: 32 }), {
      maxItems: 100,
      description: 'Public numbers that lead to it. Read in the domain’s country and kept in E.164.',
    }),
  ),
  eventLimit: Type.Optional(eventLimit),
};
export const ExtensionChanges = Type.Object(extensionFields, { ...strict, minProperties: 1 });
export const ExtensionInput = Type.Object(
  {
    domain: Type.Optional(scopeName('By default that of the token.')),
    number: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[A-Za-z0-9+#._-]+$',
      description: 'As events name it; unique in its domain. It can’t be changed later.',
    }),
    ...extensionFields,
  },
  strict,
);
export const ExtensionView = Type.Object({
  id: nullable(
    Type.Integer(),
    'Stays for good, and is never given to another. Null for one that was discovered and has no record.',
  ),
  reseller: Type.String(),
  domain: Type.String(),
  number: Type.String(),
  type: Type.Enum([...extensionTypes]),
  prefix: nullable(Type.String()),
  extendedNumber: Type.String({
    description: 'Prefix, star and number: `0003*210`; the number where it has no prefix.',
  }),
  displayName: Type.String(),
  users: Type.Array(Type.String()),
  dids: Type.Array(Type.String()),
  eventLimit,
  events: Type.Integer({ description: 'How many of its `eventLimit` there are.' }),
  source: Type.Enum(['declared', 'discovered'], {
    description: 'declared: it has a record here. discovered: a phone system has shown it.',
  }),
  connector: nullable(Type.String(), 'Which phone system has shown it; null where it was declared.'),
  state: nullable(
    Type.String(),
    'How it is now, as `presence.changed` said last: `available`, `on_call`, `offline` …; null where nobody says.',
  ),
  ...dated,
});

const userFields = {
  displayName: title('For people.'),
  extensions: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 200,
      uniqueItems: true,
      description: 'Numbers of the extensions they own; these must be there.',
    }),
  ),
};
export const UserChanges = Type.Object(userFields, { ...strict, minProperties: 1 });
export const UserInput = Type.Object(
  {
    domain: Type.Optional(scopeName('By default that of the token.')),
    name: scopeName('Unique in its domain. It can’t be changed later.'),
    ...userFields,
  },
  strict,
);
export const UserView = Type.Object({
  id: Type.Integer(),
  reseller: Type.String(),
  domain: Type.String(),
  name: Type.String(),
  displayName: Type.String(),
  extensions: Type.Array(Type.String()),
  ...dated,
});
