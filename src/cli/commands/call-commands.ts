/** `calls originate`, `calls hangup`, `calls transfer`: what a phone system is asked to do. */
import { Command, Option } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { harmless } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';

interface Taken {
  readonly callId: string;
}

interface OriginateOptions extends ClientOptions {
  readonly first: 'from' | 'to';
  readonly onBehalfOf?: string;
  readonly connector?: string;
  readonly ring?: string;
  readonly requestId?: string;
  readonly billingCode?: string;
  readonly buttonId?: string;
}

export function originateCommand(context: CliContext): Command {
  const command = new Command('originate')
    .description('have a phone system begin a call; its id is printed')
    .argument('<from>', 'who calls: an extension, or a number outside')
    .argument('<to>', 'who is called')
    .addOption(new Option('--first <end>', 'who is rung first').choices(['from', 'to']).default('from'))
    .option('--on-behalf-of <extension>', 'whom it is for, where that is none of the ends')
    .option('--connector <id>', 'phone system that makes it, where there are several')
    .option('--ring <seconds>', 'how long whoever is rung first may ring; 30')
    .option('--request-id <id>', 'carried by every event of the call')
    .option('--billing-code <code>', 'likewise')
    .option('--button-id <id>', 'likewise');
  return withClientOptions(command).action(async (from: string, to: string, options: OriginateOptions) => {
    const { first, onBehalfOf, connector, ring, requestId, billingCode, buttonId } = options;
    const ringMs = ring === undefined ? undefined : wholeNumber('--ring', ring, 'time in seconds') * 1_000;
    const order = { from, to, first, onBehalfOf, connector, ringMs, requestId, billingCode, buttonId };
    await give(context, options, '/v1/calls', order);
  });
}

export function hangUpCommand(context: CliContext): Command {
  const command = new Command('hangup').description('end a call for everybody in it').argument('<call>', 'its id');
  return withClientOptions(command).action((call: string, options: ClientOptions) =>
    give(context, options, `/v1/calls/${encodeURIComponent(call)}/hangup`, {}),
  );
}

export function transferCommand(context: CliContext): Command {
  const command = new Command('transfer')
    .description('send the other party of a call on to a number')
    .argument('<call>', 'its id')
    .argument('<to>', 'who is called instead')
    .option('--by <extension>', 'who sends them on and leaves, where more than one talks');
  return withClientOptions(command).action(
    (call: string, to: string, options: ClientOptions & { readonly by?: string }) =>
      give(context, options, `/v1/calls/${encodeURIComponent(call)}/transfer`, { to, by: options.by }),
  );
}

async function give(context: CliContext, options: ClientOptions, path: string, body: object): Promise<void> {
  const { terminal } = context;
  const taken = await clientOf(context, options).send<Taken>('POST', path, JSON.stringify(body));
  terminal.out(options.json ? JSON.stringify(taken) : harmless(taken.callId));
  if (!options.json) terminal.note(`taken; "offhook events --call ${harmless(taken.callId)}" says how it goes`);
}
