/** `connectors`, `connectors sync`: phone systems, and registrations on those that tell by themselves. */
import { Command } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { harmless, showTable, type Terminal } from '../terminal.ts';

interface ConnectorFacts {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly since: string;
  readonly problem: string | null;
  readonly notUnderstood: readonly {
    readonly kind: string;
    readonly count: number;
    readonly lastAt: string;
    readonly sample: string;
  }[];
}

export function connectorsCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('connectors')
    .description('the phone systems listened to, and how they are')
    .addCommand(syncCommand(context));
  return withClientOptions(command).action(async (options: ClientOptions) => {
    const { items } = await clientOf(context, options).get<{ readonly items: readonly ConnectorFacts[] }>(
      '/v1/connectors',
    );
    if (options.json) return items.forEach((one) => terminal.out(JSON.stringify(one)));
    if (items.length === 0) return terminal.note('none; add one under connectors in offhook.yaml');
    const rows = items.map(({ id, kind, state, since, problem }) => [id, kind, state, since, harmless(problem ?? '')]);
    showTable(terminal, [['id', 'kind', 'state', 'since', 'problem'], ...rows]);
    for (const one of items) showNotUnderstood(terminal, one);
  });
}

function showNotUnderstood(terminal: Terminal, { id, notUnderstood }: ConnectorFacts): void {
  if (notUnderstood.length === 0) return;
  terminal.out(`\nnot understood of what ${id} said, since the start:`);
  const rows = notUnderstood.map(({ kind, count, lastAt, sample }) => [kind, String(count), lastAt, harmless(sample)]);
  showTable(terminal, [['kind', 'count', 'last', 'sample'], ...rows]);
}

interface Report {
  readonly dryRun: boolean;
  readonly counts: Readonly<Record<'looked' | 'of' | 'kept' | 'added' | 'removed', number>>;
  readonly steps: readonly {
    readonly do: string;
    readonly extension: string;
    readonly event: string;
    readonly why: string;
  }[];
  readonly moreSteps: number;
  readonly problems: readonly string[];
  readonly moreProblems: number;
}

interface Synced {
  readonly report: Report | null;
  readonly registration: { readonly waiting: { readonly until: string; readonly why: string } | null };
}

interface SyncOptions extends ClientOptions {
  readonly dryRun?: true;
}

function syncCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('sync')
    .description('bring our registrations on a phone system into step with the extensions')
    .argument('<id>', 'of the connector')
    .option('--dry-run', 'only show what would be done');
  return withClientOptions(command).action(async (id: string, options: SyncOptions) => {
    const body = JSON.stringify({ dryRun: options.dryRun ?? false });
    const client = clientOf(context, options);
    const synced = await client.send<Synced>('POST', `/v1/connectors/${encodeURIComponent(id)}/sync`, body);
    if (options.json) terminal.out(JSON.stringify(synced));
    else if (synced.report) showReport(terminal, synced.report);
    else showWaiting(terminal, synced);
    const problems = synced.report?.problems.length ?? 0;
    if (problems > 0) throw new CommandFailure(`not in step: ${problems} problem${problems === 1 ? '' : 's'}`);
  });
}

function showReport(terminal: Terminal, { dryRun, counts, steps, problems, ...more }: Report): void {
  const rows = steps.map(({ do: what, extension, event, why }) => [what, harmless(extension), harmless(event), why]);
  if (rows.length > 0) showTable(terminal, [['do', 'extension', 'event', 'why'], ...rows]);
  if (more.moreSteps > 0) terminal.out(`and ${more.moreSteps} more`);
  const { looked, of, kept, added, removed } = counts;
  const would = dryRun ? 'would be ' : '';
  terminal.note(`${looked} of ${of} looked at: ${kept} in order, ${added} ${would}added, ${removed} ${would}removed`);
  for (const problem of problems) terminal.note(harmless(problem));
  if (more.moreProblems > 0) terminal.note(`and ${more.moreProblems} more problems`);
}

function showWaiting(terminal: Terminal, { registration: { waiting } }: Synced): void {
  const why = waiting ? `: ${waiting.why}, until ${waiting.until}` : '';
  terminal.note(`it takes longer and goes on${why}; "offhook connectors --json" shows how far it is`);
}
