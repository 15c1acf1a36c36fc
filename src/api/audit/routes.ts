import { Type, type Static } from 'typebox';
import { auditActions, type Author } from '../../model/audit.ts';
import { type Access, accessKinds, isAtLeast, kindOf } from '../../model/scope.ts';
import type { NumberedEntry } from '../../records/audit-store.ts';
import { accessOf } from '../auth/authenticate.ts';
import { CursorQuery, msOfTime, nullable, pageOf, Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 256, description }));
const Query = Type.Object(
  {
    object: text('Only of this kind of thing: `token`, `domain`, `extension`, `user`, `subscription`, …'),
    objectId: text('Only of this one.'),
    action: Type.Optional(Type.Enum([...auditActions], { description: 'Only what was done so.' })),
    author: text('Only by this one: the id of a token, `administrator` or `offhook`.'),
    domain: text('Only of this domain.'),
    since: Type.Optional(Type.String({ ...Time, description: 'Only at or after this time.' })),
    until: Type.Optional(Type.String({ ...Time, description: 'Only before this time.' })),
    ...CursorQuery,
  },
  { additionalProperties: false },
);

const snapshot = (description: string) => nullable(Type.Record(Type.String(), Type.Unknown()), description);
const orNull = nullable(Type.String());
const AuditView = Type.Object({
  id: Type.String({ description: 'Also the id of the event `audit.recorded` that tells of it.' }),
  at: Time,
  action: Type.Enum([...auditActions]),
  object: Type.String({ description: 'Kind of thing.' }),
  objectId: Type.String({ description: 'Which one; a subscription by its public number.' }),
  reseller: orNull,
  domain: orNull,
  user: orNull,
  extension: orNull,
  author: Type.Object({
    id: Type.String(),
    name: Type.String(),
    kind: Type.Enum([...accessKinds]),
    via: Type.Enum(['api', 'console', 'offhook']),
    address: orNull,
    requestId: orNull,
  }),
  before: snapshot('The thing before, without secrets; null where it is new.'),
  after: snapshot('The thing after, without secrets; null where it is gone.'),
});

const named = (name: string): string | null => (name === '*' ? null : name);

/** Where somebody works from is not for those below them to know. */
function authorFor(access: Access, author: Author): Author {
  return isAtLeast(kindOf(access), author.kind) ? author : { ...author, address: null };
}

function view(access: Access, entry: NumberedEntry): Static<typeof AuditView> {
  const { id, at, action, object, objectId, scope, author, before, after } = entry;
  return {
    id,
    at: new Date(at).toISOString(),
    action,
    object,
    objectId,
    reseller: named(scope.reseller),
    domain: named(scope.domain),
    user: named(scope.user),
    extension: named(scope.extension),
    author: authorFor(access, author),
    before,
    after,
  };
}

export function auditRoutes(app: App, { audit }: Pick<ApiDeps, 'audit'>): void {
  const list = described({
    summary: 'Who changed what, newest first',
    description:
      'About what lies within what the token covers. An entry is written with the change it tells of; the event `audit.recorded` follows it. A page may hold fewer entries than asked for, even none, while `next` says where to go on.',
    tag: 'audit',
    least: 'extension',
    querystring: Query,
    answers: { 200: { description: 'A page of entries.', schema: pageOf(AuditView) } },
  });
  app.get<{ Querystring: Static<typeof Query> }>('/v1/audit', list, async (request) => {
    const { cursor, limit = 50, since, until, ...filters } = request.query;
    const access = accessOf(request);
    const { entries, next } = await audit.list({
      ...filters,
      access,
      limit,
      ...(since !== undefined && { since: msOfTime(since) }),
      ...(until !== undefined && { until: msOfTime(until) }),
      ...(cursor !== undefined && { before: Number(cursor) }),
    });
    return { items: entries.map((entry) => view(access, entry)), next: next === null ? null : String(next) };
  });
}
