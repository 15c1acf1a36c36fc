/** Puts tokens and the directory together behind the face the API sees. */
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Service } from '../kit/service.ts';
import type { Access } from '../model/scope.ts';
import type { Extension } from '../model/tenants.ts';
import type { DirectoryStore } from '../records/directory-store.ts';
import type { SourceStore } from '../records/source-store.ts';
import type { TokenStore } from '../records/token-store.ts';
import { createTurns, type ScopedSubscriptions, type TenantContext } from './context.ts';
import { DirectoryIndex } from './directory-index.ts';
import { createDomains, type Domains } from './domains.ts';
import { eventLimitIn } from './event-limits.ts';
import { createExtensions, type Extensions } from './extensions.ts';
import { createGrantDesk, type GrantDesk, wholeToken } from './grant-desk.ts';
import type { GrantKey } from './grants.ts';
import { type DomainNames, namesIn } from './naming.ts';
import { SourceBook } from './source-book.ts';
import { SourceTokens } from './source-tokens.ts';
import { createSources, type Sources } from './sources.ts';
import { TokenBook } from './token-book.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { createUsers, type Users } from './users.ts';

/** Whose a token is, as it stands now. */
export interface TokenHolder {
  readonly id: string;
  readonly name: string;
  readonly access: Access;
  /** Milliseconds; null: never. */
  readonly expiresAt: number | null;
  /** What they hold is a grant of the token until then, milliseconds; null: the token itself. */
  readonly grantedUntil: number | null;
}

export interface Tenants extends Service {
  readonly tokens: Tokens;
  readonly domains: Domains;
  readonly extensions: Extensions;
  readonly users: Users;
  readonly sources: Sources;
  readonly names: DomainNames;
  readonly grants: Pick<GrantDesk, 'exchange' | 'lend'>;
  /** Whose the token is, or the grant of all it opens; or why it opens nothing. */
  check(text: string): TokenHolder | 'expired' | null;
  /** Whose the grant of this one thing is. */
  checkGrant(text: string, purpose: string): TokenHolder | 'expired' | null;
  /** What the holder may see by now; null where the token was revoked or expired since, or their grant ended. */
  accessNow(holder: Pick<TokenHolder, 'id' | 'grantedUntil'>): Access | null;
  /** Networks that receivers of the domain may stand in; the same array until it changes. */
  allowedNetworks(domain: string): readonly string[];
  /** ISO code of the domain's country; null: none is recorded. */
  countryOf(domain: string): string | null;
  /** Names of the users who own an extension; the same array until it changes. */
  usersOf(domain: string, extension: string): readonly string[];
  /** How many vendor events an extension may have, recorded or not. */
  eventLimit(domain: string, extension: string): number;
  /** What is recorded, whoever asks; null where nothing is. */
  readonly directory: {
    extension(domain: string, number: string): Extension | null;
    domainId(domain: string): number | null;
    extensionsIn(domain: string): readonly Extension[];
    /** Called after every change of what is recorded; gives what ends it. */
    onChanged(listener: () => void): () => void;
  };
}

export interface TenantsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tokens: TokenStore;
  readonly directory: DirectoryStore;
  readonly sources: SourceStore;
  readonly subscriptions: ScopedSubscriptions;
  /** Signs grants: 256 bits that nobody else has. */
  readonly grantKey: GrantKey;
  /** What tokens of registered sources are known by, the one in force first; 256 bits each that nobody else has. */
  readonly sourceKeys: readonly Uint8Array[];
}

const noteUsesEveryMs = 60_000;
const none: readonly string[] = [];

export async function openTenants(deps: TenantsDeps): Promise<Tenants> {
  const { clock, logger, subscriptions } = deps;
  const index = new DirectoryIndex();
  index.apply(await deps.directory.load());
  const book = new TokenBook();
  book.load(await deps.tokens.load());
  const sourceBook = new SourceBook();
  sourceBook.load(await deps.sources.load());
  const names = namesIn(index);
  const inTurn = createTurns();
  const tokens = { of: book.of.bind(book), forget: book.forget.bind(book) };
  const sources = { of: sourceBook.of.bind(sourceBook), forget: sourceBook.forget.bind(sourceBook) };
  const context: TenantContext = { clock, index, store: deps.directory, tokens, sources, subscriptions, inTurn };

  const accessOf = (scope: Access): Access =>
    scope.user === '*' ? scope : { ...scope, owned: index.ownedBy(scope.domain, scope.user) };
  const noting = noteUses(deps, book);
  const grants = createGrantDesk(clock, book, deps.grantKey);
  const checkGrant: Tenants['checkGrant'] = (text, purpose) => {
    const found = grants.open(text, purpose);
    if (found === null || found === 'expired') return found;
    const { token, until } = found;
    return { id: token.id, name: token.name, access: accessOf(token.scope), expiresAt: until, grantedUntil: until };
  };
  return {
    ...noting,
    tokens: createTokens({ clock, store: deps.tokens, book, names, inTurn }),
    domains: createDomains(context),
    extensions: createExtensions(context),
    users: createUsers(context),
    sources: createSources(context, {
      store: deps.sources,
      book: sourceBook,
      tokens: new SourceTokens(deps.sourceKeys),
    }),
    names,
    grants,
    directory: {
      extension: (domain, number) => index.extension(domain, number),
      domainId: (domain) => index.domain(domain)?.id ?? null,
      extensionsIn: (domain) => index.extensionsIn(domain),
      onChanged: (listener) => index.onChanged(listener),
    },
    check: (text) => {
      const found = book.check(text, clock.now());
      if (!found) return checkGrant(text, wholeToken);
      const { token, isValid } = found;
      if (!isValid) return 'expired';
      book.noteUse(token, clock.now());
      const { id, name, scope, expiresAt } = token;
      return { id, name, access: accessOf(scope), expiresAt, grantedUntil: null };
    },
    checkGrant,
    accessNow: ({ id, grantedUntil }) => {
      if (grantedUntil !== null && clock.now() >= grantedUntil) return null;
      const token = book.get(id);
      return token && !book.isExpired(token, clock.now()) ? accessOf(token.scope) : null;
    },
    allowedNetworks: (domain) => index.domain(domain)?.allowNetworks ?? none,
    eventLimit: (domain, extension) => eventLimitIn(index, domain, extension),
    countryOf: (domain) => index.domain(domain)?.country ?? null,
    usersOf: (domain, extension) => index.extension(domain, extension)?.users ?? none,
  };

  function noteUses(to: Pick<TenantsDeps, 'tokens'>, from: TokenBook): Service {
    let timer: Timer | null = null;
    const write = async (): Promise<void> => {
      const uses = from.takeUses();
      if (uses.length > 0) await to.tokens.touch(uses);
    };
    const cycle = (): void => {
      timer = clock.schedule(noteUsesEveryMs, () => {
        write()
          .catch((error: unknown) => logger.warn({ reason: String(error) }, 'last uses of tokens could not be noted'))
          .finally(cycle);
      });
    };
    return {
      start: async () => cycle(),
      stop: async () => {
        timer?.cancel();
        await write();
      },
    };
  }
}
