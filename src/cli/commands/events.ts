/** The events there are, with the ids that `why` asks for. */
import { Command } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { type EventFacts, eventWords } from '../lines.ts';
import { harmless, showTable } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import type { ApiClient } from '../client.ts';

interface Listed extends EventFacts {
  readonly acceptedAt: string;
}

interface Page {
  readonly items: readonly Listed[];
  readonly next: string | null;
}

const filters = ['call', 'number', 'extension', 'type', 'domain', 'connector', 'since', 'until'] as const;
type Filters = Partial<Record<(typeof filters)[number], string>>;
type EventsOptions = ClientOptions & Filters & { readonly limit: string };

export function eventsCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('events')
    .description('events that were accepted, newest first, with the ids "why" asks for')
    .option('--call <id>', 'of this call, by its id as "calls" lists it')
    .option('--number <number>', 'of calls with this number, however it is written')
    .option('--extension <extension>', 'of calls this extension took part in')
    .option('--type <types>', 'only of these types: leg.*,call.ended')
    .option('--domain <domain>', 'of this domain')
    .option('--connector <id>', 'from this phone system')
    .option('--since <time>', 'accepted at or after it, such as 2026-11-21T00:00:00Z')
    .option('--until <time>', 'accepted before it')
    .option('--limit <count>', 'how many', '50');
  return withClientOptions(command).action(async (options: EventsOptions) => {
    const most = wholeNumber('--limit', options.limit);
    const events = await listed(clientOf(context, options), options, most);
    if (options.json) return events.forEach((event) => terminal.out(JSON.stringify(event)));
    if (events.length === 0) return terminal.note('there is no such event; events are kept for retention.events');
    const rows = events.map((event) => [
      event.acceptedAt.slice(0, 19).replace('T', ' '),
      `#${event.seq}`,
      eventWords(event),
      harmless(event.domain),
      harmless(event.id),
    ]);
    showTable(terminal, [['accepted', 'no', 'event', 'domain', 'id'], ...rows]);
  });
}

/** A page may be empty while there are more. */
async function listed(client: ApiClient, options: Filters, most: number): Promise<Listed[]> {
  const events: Listed[] = [];
  for (let cursor: string | null = null; events.length < most; ) {
    const query = new URLSearchParams({ limit: String(Math.min(most - events.length, 200)) });
    for (const name of filters) {
      const value = options[name];
      if (value !== undefined) query.set(name, value);
    }
    if (cursor !== null) query.set('cursor', cursor);
    const page: Page = await client.get<Page>(`/v1/events?${query.toString()}`);
    events.push(...page.items);
    cursor = page.next;
    if (cursor === null) break;
  }
  return events;
}
