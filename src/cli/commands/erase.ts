/** `erase`: have a person's phone number erased from what is kept, and see how far that is. */
import { Command } from 'commander';
import { delay, systemClock } from '../../kit/clock.ts';
import type { ApiClient } from '../client.ts';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { progressBar } from '../progress-bar.ts';
import { harmless, showTable } from '../terminal.ts';

interface EraseOptions extends ClientOptions {
  readonly also?: readonly string[];
  readonly domain?: string;
  readonly dryRun?: boolean;
  readonly wait: boolean;
}

interface ErasureFacts {
  readonly number: number;
  readonly state: 'queued' | 'running' | 'done';
  readonly domain: string;
  readonly share: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly erased: Readonly<Record<string, number>>;
  readonly kept: number;
  readonly liveCalls: number;
}

interface DryRun {
  readonly found: Readonly<Record<string, number>>;
  readonly spellings: readonly string[];
  readonly liveCalls: number;
  readonly configuration: Readonly<Record<string, readonly number[]>>;
  readonly complete: boolean;
}

const everyMs = 300;

export function eraseCommand(context: CliContext): Command {
  return new Command('erase')
    .description('erase a person’s phone number from events, deliveries, the journal of calls and the audit')
    .addCommand(startCommand(context), { isDefault: true })
    .addCommand(listCommand(context));
}

function startCommand(context: CliContext): Command {
  const command = new Command('start')
    .description('erase one')
    .argument('<number>', 'the phone number, best as +12157010680')
    .option('--also <numbers...>', 'further ways to write the same number, such as the national one')
    .option('--domain <name>', 'only in this domain')
    .option('--dry-run', 'say where it is, and erase nothing')
    .option('--no-wait', 'do not wait for its end');
  return withClientOptions(command).action(async (number: string, options: EraseOptions) => {
    const client = clientOf(context, options);
    const { also, domain, dryRun } = options;
    const body = { number, alsoWritten: also, domain, dryRun };
    const answer = await client.send('POST', '/v1/erasures', JSON.stringify(body));
    if (dryRun) return tellDryRun(context, options, answer as DryRun);
    const begun = answer as ErasureFacts;
    tell(context, options, options.wait ? await waitForEnd(context, client, begun) : begun);
  });
}

async function waitForEnd({ terminal, signal }: CliContext, client: ApiClient, begun: ErasureFacts) {
  const bar = progressBar(terminal, `erasure ${begun.number}`);
  let now = begun;
  try {
    while (now.state !== 'done') {
      bar.show(now.share);
      await delay(systemClock, everyMs, signal).catch(() => {
        throw new CommandFailure(`erasure ${now.number} goes on; "offhook erase list" shows how far it is`);
      });
      now = await client.get<ErasureFacts>(`/v1/erasures/${now.number}`);
    }
  } finally {
    bar.clear();
  }
  return now;
}

const counted = (all: Readonly<Record<string, number>>): string =>
  Object.entries(all)
    .flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []))
    .join(', ');

function tell({ terminal }: CliContext, options: ClientOptions, erasure: ErasureFacts): void {
  if (options.json) return terminal.out(JSON.stringify(erasure));
  const { number, state, erased, kept, liveCalls } = erasure;
  terminal.out(`erasure ${number} ${state}: ${counted(erased) || 'nothing'}`);
  if (kept > 0) terminal.note(`${kept} events hold these digits in an id, which can't be changed`);
  noteLiveCalls({ terminal }, liveCalls);
  if (state === 'done')
    terminal.note('backups made before still have it: see "Erase a person’s number" in the operating guide');
}

function noteLiveCalls({ terminal }: Pick<CliContext, 'terminal'>, liveCalls: number): void {
  if (liveCalls > 0) terminal.note(`${liveCalls} calls in progress name it: erase it again when they have ended`);
}

function tellDryRun(context: CliContext, options: ClientOptions, dry: DryRun): void {
  const { terminal } = context;
  if (options.json) return terminal.out(JSON.stringify(dry));
  terminal.out(`${dry.complete ? '' : 'at least '}${counted(dry.found) || 'nothing'}`);
  if (dry.spellings.length > 0) terminal.note(`also written ${dry.spellings.join(', ')}: give these with --also`);
  noteLiveCalls(context, dry.liveCalls);
  for (const [what, which] of Object.entries(dry.configuration)) {
    if (which.length > 0) terminal.note(`set up with it, and to be changed by hand: ${what} ${which.join(', ')}`);
  }
}

function listCommand(context: CliContext): Command {
  const command = new Command('list').description('the newest ones');
  return withClientOptions(command).action(async (options: ClientOptions) => {
    const { terminal } = context;
    const { items } = await clientOf(context, options).get<{ items: ErasureFacts[] }>('/v1/erasures?limit=100');
    if (options.json) return items.forEach((one) => terminal.out(JSON.stringify(one)));
    if (items.length === 0) return terminal.note('there is no erasure');
    const rows = items.map(({ number, state, share, domain, erased, createdAt, createdBy }) => [
      String(number),
      state,
      `${Math.floor(share * 100)} %`,
      harmless(domain),
      counted(erased),
      createdAt,
      harmless(createdBy),
    ]);
    showTable(terminal, [['no', 'state', 'done', 'domain', 'erased from', 'ordered', 'by'], ...rows]);
  });
}
