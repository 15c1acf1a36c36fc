/** Ways in for other systems' notifications: who may make them, and what is kept of them. Tokens are shown once. */
import { mayAccessDomain, mayAccessParticipants, type Access } from '../model/scope.ts';
import type { RemoteMark, ReportSource } from '../model/report-source.ts';
import type { SourceStore } from '../records/source-store.ts';
import { sourceChange } from './audited-changes.ts';
import { type Asking, audited, changed, type TenantContext } from './context.ts';
import { domainFor } from './parts.ts';
import { type Refused, refused } from './problem.ts';
import type { SourceBook } from './source-book.ts';
import type { SourceTokens } from './source-tokens.ts';
import { hashToken, newTokenId } from './token-text.ts';

export interface SourceDraft {
  readonly domain?: string | undefined;
  readonly dialect: string;
  readonly extension: string | null;
  readonly event: string | null;
  /** The dialect's own, where it is left out. */
  readonly connector?: string | undefined;
  readonly name: string;
  readonly allowFrom: readonly string[];
  /** Where a connector is about to register it. */
  readonly remote?: RemoteMark | undefined;
}
export interface SourceChanges {
  readonly name?: string | undefined;
  readonly allowFrom?: readonly string[] | undefined;
  readonly remote?: RemoteMark | undefined;
}

/** A source with its token, which nobody will know later. */
export interface MadeSource {
  readonly source: ReportSource;
  readonly token: string;
}

export interface Sources {
  /** By number, after the given one. */
  list(access: Access, page: { readonly after: number; readonly limit: number }): readonly ReportSource[];
  get(access: Access, id: string): ReportSource | null;
  /** Whose token this is, whoever asks; null: nobody's. */
  check(token: string): ReportSource | null;
  /** All of them, whoever asks. */
  all(): Iterable<ReportSource>;
  ofConnector(connector: string): Iterable<ReportSource>;
  /** Whether the token was made for what this connector registers, also where nothing is known of its source. */
  wasMadeFor(connector: string, token: string): boolean;
  create(asking: Asking, draft: SourceDraft): Promise<MadeSource | Refused>;
  update(asking: Asking, id: string, changes: SourceChanges): Promise<{ readonly source: ReportSource } | null>;
  /** Another token: the one before opens nothing any more. */
  rotate(asking: Asking, id: string): Promise<MadeSource | null>;
  /** False: there is no such source in the caller's scope. */
  remove(asking: Asking, id: string): Promise<boolean>;
}

const mostInDomain = 20_000;
const mostOfAll = 500_000;

/** Connector of those that belong to none that is configured. */
export const ownConnector = (dialect: string): string => `in:${dialect}`;

export function createSources(
  context: TenantContext,
  { store, book, tokens }: { readonly store: SourceStore; readonly book: SourceBook; readonly tokens: SourceTokens },
): Sources {
  const { clock, inTurn } = context;
  const isVisible = (access: Access, { reseller, domain, extension }: ReportSource): boolean =>
    mayAccessDomain(access, { reseller, domain }) &&
    mayAccessParticipants(access, { reseller, domain, users: [], extension, extensions: [] });
  const get = (access: Access, id: string): ReportSource | null => {
    const source = book.get(id);
    return source && isVisible(access, source) ? source : null;
  };
  const save = async (asking: Asking, before: ReportSource | null, source: ReportSource): Promise<ReportSource> => {
    await store.put(source, audited(asking.author, clock, sourceChange(before, source)));
    book.put(source);
    return source;
  };

  const create = async (asking: Asking, draft: SourceDraft): Promise<MadeSource | Refused> => {
    const owner = domainFor(context, asking.access, draft.domain);
    if ('problem' in owner) return owner;
    const { name: domain, reseller } = owner.domain;
    if (book.countIn(domain) >= mostInDomain || book.size >= mostOfAll) {
      return refused(
        'full',
        'extension',
        'there are as many sources as there may be',
        'Remove those no longer needed.',
      );
    }
    const connector = draft.connector ?? ownConnector(draft.dialect);
    const token = tokens.make(draft.remote ? connector : null);
    const source = await save(asking, null, {
      id: newTokenId(),
      number: await store.nextNumber(),
      dialect: draft.dialect,
      reseller,
      domain,
      extension: draft.extension,
      event: draft.event,
      connector,
      name: draft.name,
      allowFrom: draft.allowFrom,
      hash: hashToken(token),
      createdAt: Math.round(clock.now()),
      createdBy: asking.author.name,
      ...(draft.remote && { remote: draft.remote }),
    });
    return { source, token };
  };

  const rotate = async (asking: Asking, id: string): Promise<MadeSource | null> => {
    const before = get(asking.access, id);
    if (!before) return null;
    const token = tokens.make(before.remote ? before.connector : null);
    return { source: await save(asking, before, { ...before, hash: hashToken(token) }), token };
  };

  return {
    get,
    check: (token) => book.check(token),
    all: () => book.all(),
    ofConnector: (connector) => book.ofConnector(connector),
    wasMadeFor: (connector, token) => tokens.isOf(connector, token),
    list: (access, { after, limit }) => {
      const found: ReportSource[] = [];
      for (const source of book.all()) {
        if (found.length >= limit) break;
        if (source.number > after && isVisible(access, source)) found.push(source);
      }
      return found;
    },
    create: (asking, draft) => inTurn(() => create(asking, draft)),
    update: (asking, id, changes) =>
      inTurn(async () => {
        const before = get(asking.access, id);
        return before && { source: await save(asking, before, changed(before, changes)) };
      }),
    rotate: (asking, id) => inTurn(() => rotate(asking, id)),
    remove: (asking, id) =>
      inTurn(async () => {
        const source = get(asking.access, id);
        if (!source) return false;
        await store.remove([source.number], audited(asking.author, clock, sourceChange(source, null)));
        book.forget([source]);
        return true;
      }),
  };
}
