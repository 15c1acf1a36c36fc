/** `deliveries show` and `deliveries retry`: one delivery, or many to be tried again. */
import { Command } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { WrongUse } from '../failure.ts';

export function showDelivery(context: CliContext): Command {
  const command = new Command('show')
    .description('one delivery: its attempts, the event, and the request as it would be sent now')
    .argument('<id>', idWords);
  return withClientOptions(command).action(async (id: string, own: ClientOptions, { parent }: Command) => {
    const options = { ...parent?.opts<ClientOptions>(), ...own };
    const found = await clientOf(context, options).get(`/v1/deliveries/${encodeURIComponent(id)}`);
    context.terminal.out(JSON.stringify(found, null, options.json ? undefined : 2));
  });
}

interface RetryOptions extends ClientOptions {
  readonly subscription?: string;
  readonly outcome?: string;
  readonly from?: string;
  readonly to?: string;
}

interface Retried {
  readonly words?: string;
  readonly state?: string;
  readonly behind?: string | null;
}

export function retryDelivery(context: CliContext): Command {
  const command = new Command('retry')
    .description('try a delivery again at once, or many of a subscription')
    .argument('[id]', idWords)
    .option('--subscription <id>', 'those of this subscription, by id or number')
    .option('--outcome <outcomes>', 'parked, cancelled, expired, not_encoded, skipped; parked,cancelled by default')
    .option('--from <time>', 'only what was given up at or after this time')
    .option('--to <time>', 'only what was given up before this time');
  return withClientOptions(command).action(async (id: string | undefined, own: RetryOptions, { parent }: Command) => {
    const options: RetryOptions = { ...parent?.opts<RetryOptions>(), ...own };
    const { subscription, outcome, from, to, json } = options;
    if ((id === undefined) === (subscription === undefined)) {
      throw new WrongUse('name one delivery by its id, or many with --subscription');
    }
    const path = id === undefined ? '/v1/deliveries/retry' : `/v1/deliveries/${encodeURIComponent(id)}/retry`;
    const body = id === undefined ? { subscription, outcome: outcome?.split(','), from, to } : {};
    const retried = await clientOf(context, options).send<Retried>('POST', path, JSON.stringify(body));
    if (json) return context.terminal.out(JSON.stringify(retried));
    const { words, state, behind } = retried;
    context.terminal.out(words ?? `${state}${behind ? ` ${behind}` : ''}`);
  });
}

const idWords = 'SUBSCRIPTION-SEQUENCE, as "deliveries" lists it';
