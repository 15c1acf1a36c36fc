import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import type { ApiClient } from '../client.ts';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { type EventBody, eventBodies } from '../event-bodies.ts';
import { CommandFailure, WrongUse } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

interface SendOptions extends ClientOptions {
  readonly batch: string;
}

interface Accepted {
  readonly accepted: readonly { readonly id: string; readonly seq: number }[];
}

export function sendCommand(context: CliContext): Command {
  const command = new Command('send')
    .description('send events from a file or standard input: one JSON event, an array, or one a line')
    .argument('[file]', 'the file; - is standard input', '-')
    .option('--batch <count>', 'events in one request, where there is one a line', '500');
  return withClientOptions(command).action(async (file: string, options: SendOptions) => {
    const client = clientOf(context, options);
    const source = file === '-' ? context.stdin : createReadStream(file);
    const { terminal } = context;
    let count = 0;
    for await (const body of eventBodies(source, file === '-' ? 'standard input' : file, batchOf(options))) {
      const { accepted } = await sent(client, body, count);
      count += accepted.length;
      if (options.json) for (const one of accepted) terminal.out(JSON.stringify(one));
      else progress(terminal, count);
    }
    if (!options.json) terminal.out(`${words(count)} accepted`);
  });
}

function batchOf({ batch }: SendOptions): number {
  const count = /^\d{1,5}$/.test(batch) ? Number(batch) : 0;
  if (count < 1 || count > 10_000) throw new WrongUse(`--batch: ${batch} is no number from 1 to 10000`);
  return count;
}

/** A refusal says where the event stands in the file, and how many are stored already, some of the refused request too. */
async function sent(client: ApiClient, { text, type, lines }: EventBody, before: number): Promise<Accepted> {
  try {
    return await client.send<Accepted>('POST', '/v1/events', text, type);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const { field, accepted = [] } = (error.problem ?? {}) as { readonly field?: string } & Partial<Accepted>;
    const line = lines?.[Number(/^\[(\d+)\]/.exec(field ?? '')?.[1] ?? NaN)];
    const place = line === undefined ? '' : `\nIt is on line ${line}.`;
    const stored = before === 0 ? '' : `\nAccepted before it: ${words(before)}.`;
    const more = accepted.length === 0 ? '' : `\nAccepted with it: ${words(accepted.length)}.`;
    throw new CommandFailure(error.message + place + stored + more, error.problem, error.status);
  }
}

const words = (count: number): string => `${count} ${count === 1 ? 'event' : 'events'}`;

function progress(terminal: Terminal, count: number): void {
  if (terminal.isInteractive && count >= 1_000) terminal.note(`${count} so far`);
}
