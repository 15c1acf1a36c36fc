/** What the audit says of a change, by kind of thing. */
import type { AccessToken } from '../model/access-token.ts';
import type { AuditedChange } from '../model/audit.ts';
import type { ReportSource } from '../model/report-source.ts';

type Named = { readonly reseller: string; readonly domain: string };

export function changeAt(
  scope: Named & { readonly user?: string; readonly extension?: string },
  object: string,
  objectId: string,
  before: object | null,
  after: object | null,
): AuditedChange {
  return {
    action: before ? (after ? 'updated' : 'deleted') : 'created',
    object,
    objectId,
    scope: { user: '*', extension: '*', ...scope },
    before: before as AuditedChange['before'],
    after: after as AuditedChange['after'],
  };
}

/** What the audit shows of a token: never its hashes. */
export function tokenChange(before: AccessToken | null, after: AccessToken | null): AuditedChange {
  const { id, scope } = (after ?? before) as AccessToken;
  const rotated = before && after && before.hash !== after.hash ? ({ action: 'rotated' } as const) : {};
  const change = changeAt(scope, 'token', id, before && tokenFacts(before), after && tokenFacts(after));
  return { ...change, ...rotated };
}

function tokenFacts({ kind, name, notes, expiresAt, previous }: AccessToken): object {
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return { kind, name, notes, expiresAt: time(expiresAt), previousValidUntil: time(previous?.until ?? null) };
}

/** What the audit shows of a source: never its token's hash. */
export function sourceChange(before: ReportSource | null, after: ReportSource | null): AuditedChange {
  const { id, reseller, domain, extension } = (after ?? before) as ReportSource;
  const scope = { reseller, domain, ...(extension !== null && { extension }) };
  const rotated = before && after && before.hash !== after.hash ? ({ action: 'rotated' } as const) : {};
  return { ...changeAt(scope, 'source', id, before && sourceFacts(before), after && sourceFacts(after)), ...rotated };
}

function sourceFacts({ dialect, extension, event, connector, name, allowFrom, remote }: ReportSource): object {
  return { dialect, extension, event, connector, name, allowFrom, ...(remote && { remote: { ...remote } }) };
}
