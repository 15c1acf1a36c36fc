import { Command, Option } from 'commander';
import type { ApiClient } from '../client.ts';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { csvColumns, csvLine, csvOf, type CallFacts, entriesCsvOf, entryCsvColumns } from '../csv.ts';
import { partyNumber } from '../lines.ts';
import { openNewFile } from '../new-file.ts';
import { progressBar } from '../progress-bar.ts';
import { harmless, showTable, type Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { hangUpCommand, originateCommand, transferCommand } from './call-commands.ts';

interface Page {
  readonly items: readonly CallFacts[];
  readonly next: string | null;
  readonly behind: number;
}

const filters = [
  'number',
  'extension',
  'direction',
  'outcome',
  'domain',
  'since',
  'until',
  'state',
  'entries',
] as const;
type Filters = Partial<Record<(typeof filters)[number], string>>;

export function callsCommand(context: CliContext): Command {
  return new Command('calls')
    .description('the journal of calls: what goes on, and what was; and what phone systems are asked to do')
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(exportCommand(context))
    .addCommand(originateCommand(context))
    .addCommand(hangUpCommand(context))
    .addCommand(transferCommand(context));
}

function withFilters(command: Command): Command {
  return withClientOptions(command)
    .option('--number <number>', 'with this number, however it is written; 1202* are all that begin so')
    .option('--extension <extension>', 'this extension took part in')
    .option('--direction <direction>', 'inbound, outbound or internal')
    .option('--outcome <outcome>', 'answered, no_answer, busy, …')
    .option('--domain <domain>', 'of this domain')
    .option('--since <time>', 'started at or after it, such as 2026-11-21T00:00:00Z')
    .option('--until <time>', 'started before it')
    .addOption(new Option('--state <state>', 'which').choices(['live', 'ended', 'all']).default('all'));
}

function pathOf(options: Filters, limit: number, cursor: string | null): string {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const name of filters) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  if (cursor !== null) query.set('cursor', cursor);
  return `/v1/calls?${query.toString()}`;
}

/** Pages, until so many calls were given or there are no more. */
async function* pages(client: ApiClient, options: Filters, most: number): AsyncGenerator<Page> {
  let left = most;
  for (let cursor: string | null = null; left > 0; ) {
    const page: Page = await client.get<Page>(pathOf(options, Math.min(left, 500), cursor));
    yield page;
    left -= page.items.length;
    cursor = page.next;
    if (cursor === null) return;
  }
}

const partyOf = (party: CallFacts['call']['from']): string => harmless(partyNumber(party));

function listCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('list').description('calls, newest first').option('--limit <count>', 'how many', '50');
  return withFilters(command).action(async (options: ClientOptions & Filters & { readonly limit: string }) => {
    const most = wholeNumber('--limit', options.limit);
    const calls: CallFacts[] = [];
    for await (const page of pages(clientOf(context, options), options, most)) calls.push(...page.items);
    if (options.json) return calls.forEach((one) => terminal.out(JSON.stringify(one)));
    if (calls.length === 0) {
      return terminal.note(options.state === 'live' ? 'nobody is on the phone' : 'there is no such call');
    }
    showCalls(terminal, calls);
  });
}

function showCalls(terminal: Terminal, calls: readonly CallFacts[]): void {
  const rows = calls.map(({ call, domain, extensions }) => [
    call.startedAt.slice(0, 19).replace('T', ' '),
    call.direction,
    call.outcome ?? call.state,
    partyOf(call.from),
    partyOf(call.to),
    `${Math.round(call.talkMs / 1000)} s`,
    harmless(extensions.join(',')),
    harmless(domain),
    harmless(call.id),
  ]);
  showTable(terminal, [['began', 'direction', 'state', 'from', 'to', 'talk', 'extensions', 'domain', 'id'], ...rows]);
}

interface ExportOptions extends ClientOptions, Filters {
  readonly format: 'csv' | 'json';
  readonly out?: string;
  readonly entries?: 'all' | 'external';
}

function exportCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('export')
    .description('all calls that match, newest first, as CSV or as JSON, one call a line')
    .addOption(new Option('--format <format>', 'of the file').choices(['csv', 'json']).default('csv'))
    .option('--out <file>', 'a new file to write; else standard output')
    .addOption(
      new Option(
        '--entries <which>',
        'each extension’s part in a call on a line of its own, as integrations register it',
      ).choices(['all', 'external']),
    );
  return withFilters(command).action(async (options: ExportOptions) => {
    const sink = options.out === undefined ? null : await openNewFile(options.out);
    const write = async (line: string): Promise<void> => {
      if (!sink) return terminal.out(line);
      await sink.write(`${line}\n`);
    };
    const count = await exportTo(context, options, write);
    await sink?.end();
    terminal.note(`${count} calls`);
  });
}

/** How far it is shows in the time the last call began, between the newest call and `--since` (or the last month). */
async function exportTo(
  context: CliContext,
  options: ExportOptions,
  write: (line: string) => Promise<void>,
): Promise<number> {
  const bar = progressBar(context.terminal, 'exporting');
  const asCsv = options.format === 'csv' && !options.json;
  let count = 0;
  let newest: number | null = null;
  const asEntries = options.entries !== undefined;
  if (asCsv) await write(csvLine(asEntries ? entryCsvColumns : csvColumns));
  try {
    for await (const page of pages(clientOf(context, options), options, Number.MAX_SAFE_INTEGER)) {
      for (const one of page.items) for (const line of linesOf(one, asCsv, asEntries)) await write(line);
      count += page.items.length;
      const last = page.items.at(-1);
      if (!last) continue;
      newest ??= Date.parse(page.items[0]?.call.startedAt ?? last.call.startedAt);
      bar.show(shareOf(newest, Date.parse(last.call.startedAt), options.since));
    }
  } finally {
    bar.clear();
  }
  return count;
}

function linesOf(one: CallFacts, asCsv: boolean, asEntries: boolean): readonly string[] {
  if (asEntries) {
    const { domain, call } = one;
    return asCsv ? entriesCsvOf(one) : one.entries.map((entry) => JSON.stringify({ call: call.id, domain, ...entry }));
  }
  return [asCsv ? csvOf(one) : JSON.stringify(one)];
}

const month = 30 * 86_400_000;

function shareOf(newest: number, at: number, since: string | undefined): number {
  const oldest = since === undefined ? newest - month : Date.parse(since);
  return newest <= oldest ? 1 : Math.min(0.99, (newest - at) / (newest - oldest));
}
