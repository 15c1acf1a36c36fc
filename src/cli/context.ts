import type { Command } from 'commander';
import { createClient, type ApiClient } from './client.ts';
import { WrongUse } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** What a command is given besides its own arguments. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface ClientOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

const usualUrl = 'http://127.0.0.1:4665';

/** Options of every command that asks the server. */
export function withClientOptions(command: Command): Command {
  // What stands behind a command inside this one is that one's; what stands before it is too, unless it says otherwise.
  return command
    .enablePositionalOptions()
    .hook('preSubcommand', (outer, inner) => {
      for (const [name, value] of Object.entries(outer.opts())) {
        if (inner.options.some((option) => option.attributeName() === name)) inner.setOptionValue(name, value);
      }
    })
    .option('--url <url>', `where Offhook is (OFFHOOK_URL; ${usualUrl})`)
    .option('--token <token>', 'the administrator’s token, or any other (OFFHOOK_ADMIN_TOKEN)')
    .option('--json', 'for programs: JSON, one document a line');
}

export function clientOf({ env }: CliContext, options: ClientOptions): ApiClient {
  const url = (options.url ?? (env['OFFHOOK_URL'] || usualUrl)).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new WrongUse(`--url: ${url} is no http or https URL`);
  return createClient({ url, token: options.token ?? (env['OFFHOOK_ADMIN_TOKEN'] || null) });
}
