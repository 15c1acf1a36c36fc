/** Commands that show one list of the API. */
import { Command } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { deliveryLine, type DeliveryFacts } from '../lines.ts';
import { wholeNumber } from '../whole-number.ts';
import { retryDelivery, showDelivery } from './delivery.ts';

interface List<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

interface DeliveryOptions extends ClientOptions {
  readonly subscription?: string;
  readonly outcome?: string;
  readonly number?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: string;
}

const filters = ['subscription', 'outcome', 'number', 'since', 'until'] as const;

export function deliveriesCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('deliveries')
    .description('the last attempts of deliveries, newest first')
    .option('--subscription <id>', 'only of this subscription, by id or number')
    .option('--outcome <outcome>', 'only with this outcome: delivered, failed, cancelled, expired, …')
    .option('--number <number>', 'only of calls with this number; with * at its end: numbers that begin so')
    .option('--since <time>', 'only those that ended at or after this time: 2026-01-31T08:00:00Z')
    .option('--until <time>', 'only those that ended before this time')
    .option('--limit <count>', 'how many', '50')
    .addCommand(showDelivery(context))
    .addCommand(retryDelivery(context));
  return withClientOptions(command).action(async (options: DeliveryOptions) => {
    const query = new URLSearchParams({ limit: String(wholeNumber('--limit', options.limit)) });
    for (const name of filters) {
      const value = options[name];
      if (value !== undefined) query.set(name, value);
    }
    const { items } = await clientOf(context, options).get<List<DeliveryFacts>>(`/v1/deliveries?${query.toString()}`);
    if (options.json) return items.forEach((one) => terminal.out(JSON.stringify(one)));
    if (items.length === 0) return terminal.note('nothing was delivered yet');
    for (const one of items) terminal.out(deliveryLine(terminal, one, null, null));
  });
}
