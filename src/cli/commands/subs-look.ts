/** `subs preview` and `subs test`: what a subscription would send, and what comes of it. */
import { Command } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { harmless, toned } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { idWords, pathOf } from './subscription-list.ts';

interface LookOptions extends ClientOptions {
  readonly event?: string;
  readonly seq?: string;
  readonly type?: string;
}

interface Looked {
  readonly event: { readonly id: string; readonly type: string; readonly example: boolean };
  readonly refusal: { readonly reason: string; readonly detail: string | null } | null;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  } | null;
  readonly encoding: { readonly kind: string; readonly reason: string } | null;
  readonly result?: {
    readonly outcome: string;
    readonly status: number | null;
    readonly excerpt: string | null;
    readonly message: string | null;
    readonly durationMs: number;
    readonly remedy: string | null;
  } | null;
}

const descriptions = {
  preview: 'show what would be sent for an event; nothing is sent',
  test: 'send one notification as a test, and show what comes of it',
};

export function lookCommand(context: CliContext, what: keyof typeof descriptions): Command {
  const command = new Command(what)
    .description(descriptions[what])
    .argument('<id>', idWords)
    .option('--event <id>', 'for this event')
    .option('--seq <sequence>', 'for the event with this sequence')
    .option('--type <type>', 'for an example event of this type');
  return withClientOptions(command).action(async (id: string, options: LookOptions) => {
    const client = clientOf(context, options);
    const { event, seq, type } = options;
    const chosen = { eventId: event, seq: seq === undefined ? undefined : wholeNumber('--seq', seq, 'sequence'), type };
    const path = `${await pathOf(client, id)}/${what}`;
    const looked = await client.send<Looked>('POST', path, JSON.stringify(chosen));
    if (options.json) context.terminal.out(JSON.stringify(looked));
    else show(context, looked);
    if (looked.result?.outcome === 'failed') throw new CommandFailure('the test failed');
  });
}

function show({ terminal }: CliContext, { event, refusal, request, encoding, result }: Looked): void {
  terminal.note(`${event.example ? 'an example of' : `event ${harmless(event.id)},`} ${event.type}`);
  if (refusal)
    terminal.note(
      `a delivery would not be made: ${refusal.reason}${refusal.detail ? ` (${harmless(refusal.detail)})` : ''}`,
    );
  if (encoding) terminal.out(`nothing to send: ${encoding.kind}: ${harmless(encoding.reason)}`);
  if (request) {
    terminal.out(harmless(`${request.method} ${request.url}`));
    for (const [name, value] of Object.entries(request.headers)) terminal.out(harmless(`${name}: ${value}`));
    if (request.body !== null) terminal.out(`\n${harmless(request.body)}`);
  }
  if (!result) return;
  const { outcome, status, durationMs, message, excerpt, remedy } = result;
  const words = `${outcome}${status === null ? '' : ` ${status}`}  ${Math.round(durationMs)} ms`;
  terminal.out(toned(terminal, outcome === 'delivered' ? 'good' : 'bad', words));
  for (const line of [message, excerpt, remedy]) if (line) terminal.out(harmless(line));
}
