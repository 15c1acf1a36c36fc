import { Command } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { harmless, toned, type Tone } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';

interface EventHead {
  readonly seq: number;
  readonly type: string;
  readonly domain: string;
  readonly connector: string;
  readonly acceptedAt: string;
}

interface Answer {
  readonly event: EventHead;
  readonly others: readonly EventHead[];
  readonly items: readonly {
    readonly subscription: number;
    readonly name: string | null;
    readonly answer: string;
    readonly words: string;
    readonly remedy: string | null;
    readonly detail: string | null;
    readonly filter: string | null;
    readonly replayed: object | null;
  }[];
  readonly left: number;
}

interface WhyOptions extends ClientOptions {
  readonly sub?: string;
  readonly seq?: string;
  readonly limit?: string;
}

const tones: Readonly<Record<string, Tone>> = {
  delivered: 'good',
  under_way: 'wait',
  waiting: 'wait',
  parked: 'wait',
  parked_behind: 'wait',
  cancelled: 'bad',
  expired: 'bad',
  not_encoded: 'bad',
  filter_error: 'bad',
};

export function whyCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('why')
    .description('why an event was, or was not, delivered')
    .argument('<event>', 'the event’s id, as "events" lists it')
    .option('--sub <id>', 'only for this subscription, by id or number')
    .option('--seq <sequence>', 'of several events with this id, the one with this sequence')
    .option('--limit <count>', 'most subscriptions to answer for; 20 by default');
  return withClientOptions(command).action(async (event: string, options: WhyOptions) => {
    const query = new URLSearchParams();
    if (options.sub !== undefined) query.set('subscription', options.sub);
    if (options.seq !== undefined) query.set('seq', String(wholeNumber('--seq', options.seq, 'sequence')));
    if (options.limit !== undefined) query.set('limit', String(wholeNumber('--limit', options.limit)));
    const path = `/v1/events/${encodeURIComponent(event)}/why?${query.toString()}`;
    const answer = await clientOf(context, options).get<Answer>(path);
    if (options.json) return terminal.out(JSON.stringify(answer));
    terminal.out(headLine(answer.event));
    for (const other of answer.others) terminal.note(`another event has this id: ${headLine(other)}`);
    for (const { subscription, name, words, remedy, detail, filter, replayed, answer: word } of answer.items) {
      const who = `${subscription} ${harmless(name ?? '(deleted)')}`;
      const tone = replayed ? 'good' : (tones[word] ?? 'soft');
      terminal.out(`${toned(terminal, tone, word.padEnd(14))}  ${who}: ${harmless(words)}`);
      for (const line of [filter, detail, remedy])
        if (line !== null) terminal.out(`${' '.repeat(16)}${harmless(line)}`);
    }
    if (answer.items.length === 0) terminal.note('there is no subscription it could have gone to');
    if (answer.left > 0) terminal.note(`${answer.left} more subscriptions; ask for one with --sub, or --limit`);
  });
}

const headLine = ({ seq, type, domain, connector, acceptedAt }: EventHead): string =>
  harmless(`event #${seq}  ${type}  ${domain}  from ${connector}, accepted ${acceptedAt}`);
