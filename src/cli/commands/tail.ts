import { Argument, Command } from 'commander';
import { systemClock } from '../../kit/clock.ts';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { WrongUse } from '../failure.ts';
import { follow } from '../follow.ts';
import { receiversOf } from '../receivers.ts';

interface TailOptions extends ClientOptions {
  readonly type?: string;
  readonly domain?: string;
  readonly after?: string;
}

export function tailCommand(context: CliContext): Command {
  const command = new Command('tail')
    .description('events or deliveries as they happen')
    .addArgument(new Argument('[what]').choices(['events', 'deliveries']).default('events'))
    .option('--type <types>', 'only these event types: leg.*,call.ended')
    .option('--domain <domain>', 'only events of this domain')
    .option('--after <seq>', 'begin after this sequence; 0 is the oldest event there is');
  return withClientOptions(command).action(async (what: 'events' | 'deliveries', options: TailOptions) => {
    const { terminal, signal } = context;
    if (options.after !== undefined && !/^\d{1,15}$/.test(options.after))
      throw new WrongUse('--after: give a sequence');
    const client = clientOf(context, options);
    const receiver = what === 'deliveries' && !options.json ? await receiversOf(client) : undefined;
    await follow(
      { client, terminal, signal, clock: systemClock, ...(receiver && { receiver }) },
      {
        what,
        type: options.type ?? null,
        domain: options.domain ?? null,
        after: options.after === undefined ? null : Number(options.after),
        json: options.json ?? false,
      },
    );
  });
}
