import { Command, Option } from 'commander';
import { systemClock } from '../../kit/clock.ts';
import { durationShape, parseDuration } from '../../kit/duration.ts';
import type { ApiClient } from '../client.ts';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { WrongUse } from '../failure.ts';
import { harmless, showTable, toned, type Terminal } from '../terminal.ts';

interface TokenFacts {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly reseller: string | null;
  readonly domain: string | null;
  readonly user: string | null;
  readonly extension: string | null;
  readonly expiresAt: string | null;
  readonly expired: boolean;
  readonly previousValidUntil: string | null;
  readonly lastUsedAt: string | null;
  /** In the answer that makes it, and never again. */
  readonly token?: string | null;
}

interface Page {
  readonly items: readonly TokenFacts[];
  readonly next: string | null;
}

interface CreateOptions extends ClientOptions {
  readonly kind: string;
  readonly reseller?: string;
  readonly domain?: string;
  readonly user?: string;
  readonly extension?: string;
  readonly expires?: string;
  readonly notes?: string;
}

export function tokensCommand(context: CliContext): Command {
  return new Command('tokens')
    .description('tokens: who may ask for what')
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(createCommand(context))
    .addCommand(rotateCommand(context))
    .addCommand(revokeCommand(context));
}

function listCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('list').description('those within what the token in use covers');
  return withClientOptions(command).action(async (options: ClientOptions) => {
    const found = await all(clientOf(context, options));
    if (options.json) return found.forEach((one) => terminal.out(JSON.stringify(one)));
    if (found.length === 0) return terminal.note('there is no token yet; make one with: offhook tokens create NAME');
    const rows = found.map((one) => [
      one.id,
      one.kind,
      harmless(scopeOf(one)),
      harmless(one.name),
      one.expired ? 'expired' : (one.expiresAt ?? 'never'),
      one.lastUsedAt ?? 'never',
    ]);
    showTable(terminal, [['id', 'kind', 'opens', 'name', 'expires', 'last used'], ...rows]);
  });
}

function createCommand(context: CliContext): Command {
  const kinds = ['superuser', 'reseller', 'domain', 'user', 'extension'];
  const command = new Command('create')
    .description('make a token; it is shown this once')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--kind <kind>', 'what it opens').choices(kinds).default('domain'))
    .option('--reseller <name>', 'for kind reseller; else the one the domain is recorded for')
    .option('--domain <name>', 'for kinds domain, user and extension')
    .option('--user <name>', 'for kind user')
    .option('--extension <number>', 'for kind extension')
    .option('--expires <duration>', 'how long it is valid, such as 90d; for good by default')
    .option('--notes <text>', 'anything to remember about it');
  return withClientOptions(command).action(async (name: string, options: CreateOptions) => {
    const { kind, reseller, domain, user, extension, notes } = options;
    const expiresAt = options.expires === undefined ? null : endAfter(options.expires);
    const body = JSON.stringify({ name, kind, reseller, domain, user, extension, notes, expiresAt });
    show(context.terminal, await clientOf(context, options).send('POST', '/v1/tokens', body), options);
  });
}

function rotateCommand(context: CliContext): Command {
  const command = new Command('rotate')
    .description('give a token a new text, shown this once')
    .argument('<id>', idWords)
    .option('--grace <duration>', 'how long the text before stays valid', '1d');
  return withClientOptions(command).action(async (id: string, options: ClientOptions & { readonly grace: string }) => {
    const path = `/v1/tokens/${encodeURIComponent(id)}/rotate`;
    const body = JSON.stringify({ grace: options.grace });
    const rotated = await clientOf(context, options).send<TokenFacts>('POST', path, body);
    show(context.terminal, rotated, options);
    const { previousValidUntil } = rotated;
    if (!options.json && previousValidUntil !== null) {
      context.terminal.note(`the one before is valid until ${previousValidUntil}`);
    }
  });
}

function revokeCommand(context: CliContext): Command {
  const command = new Command('revoke').description('end a token at once').argument('<id>', idWords);
  return withClientOptions(command).action(async (id: string, options: ClientOptions) => {
    await clientOf(context, options).remove(`/v1/tokens/${encodeURIComponent(id)}`);
    if (!options.json) context.terminal.out('revoked');
  });
}

const idWords = 'its id, as "tokens" lists it';

async function all(client: ApiClient): Promise<TokenFacts[]> {
  const found: TokenFacts[] = [];
  for (let cursor = ''; ; ) {
    const page = await client.get<Page>(`/v1/tokens?limit=500${cursor}`);
    found.push(...page.items);
    if (page.next === null) return found;
    cursor = `&cursor=${page.next}`;
  }
}

function scopeOf({ kind, reseller, domain, user, extension }: TokenFacts): string {
  if (kind === 'superuser') return 'everything';
  return [reseller, domain, user, extension].filter((name) => name !== null).join(' / ');
}

function endAfter(duration: string): string {
  const ms = parseDuration(duration);
  if (ms === null || ms <= 0) throw new WrongUse(`--expires: ${duration} is not ${durationShape}`);
  return new Date(systemClock.now() + ms).toISOString();
}

/** The text alone on standard output, so that `$(offhook tokens create …)` is the token. */
function show(terminal: Terminal, made: TokenFacts, options: ClientOptions): void {
  if (options.json) return terminal.out(JSON.stringify(made));
  terminal.note(`${made.kind} token ${made.id} opens ${harmless(scopeOf(made))}; shown this once:`);
  terminal.out(toned(terminal, 'strong', made.token ?? ''));
}
