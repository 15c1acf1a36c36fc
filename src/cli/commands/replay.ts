/** `replay`: have events of the past delivered again, see how far that is, cancel it. */
import { Command } from 'commander';
import { durationShape, parseDuration } from '../../kit/duration.ts';
import { systemClock } from '../../kit/clock.ts';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { WrongUse } from '../failure.ts';
import { harmless, showTable } from '../terminal.ts';
import { type ReplayFacts, summaryOf, waitForEnd } from '../watch-replay.ts';
import { wholeNumber } from '../whole-number.ts';
import { pathOf } from './subscription-list.ts';

interface StartOptions extends ClientOptions {
  readonly endpoint?: string;
  readonly from?: string;
  readonly to?: string;
  readonly fromSeq?: string;
  readonly toSeq?: string;
  readonly events?: string;
  readonly filter?: string;
  readonly rate?: string;
  readonly dryRun?: boolean;
  readonly wait: boolean;
}

interface DryRun {
  readonly matched: number;
  readonly expired: number;
  readonly complete: boolean;
  readonly lookedUpTo: number;
  readonly leftOut: { readonly scope: number; readonly type: number; readonly filter: number } | null;
}

export function replayCommand(context: CliContext): Command {
  return new Command('replay')
    .description('deliver events of the past again')
    .addCommand(startCommand(context), { isDefault: true })
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(cancelCommand(context));
}

function startCommand(context: CliContext): Command {
  const command = new Command('start')
    .description('begin one, and show how far it is until it has ended')
    .argument('[subscription]', 'its id, or its number as "subs" lists it')
    .option('--endpoint <number>', 'all subscriptions of an endpoint instead')
    .option('--from <time>', 'events accepted since this time (2026-11-21T09:00:00Z), or so long ago (2h)')
    .option('--to <time>', 'up to this time, or so long ago; by default now')
    .option('--from-seq <sequence>', 'from this event on')
    .option('--to-seq <sequence>', 'up to this event')
    .option('--events <types>', 'only these, separated by commas; leg.* stands for several')
    .option('--filter <expression>', 'only events this holds for, such as call.direction == "inbound"')
    .option('--rate <requests>', 'requests a second at most')
    .option('--dry-run', 'say how many it would deliver, and deliver nothing')
    .option('--no-wait', 'do not wait for its end');
  return withClientOptions(command).action(async (subscription: string | undefined, options: StartOptions) => {
    const client = clientOf(context, options);
    const { endpoint } = options;
    if ((subscription === undefined) === (endpoint === undefined)) {
      throw new WrongUse('name a subscription, or an endpoint with --endpoint');
    }
    const target = subscription === undefined ? `/v1/endpoints/${endpoint}` : await pathOf(client, subscription);
    const answer = await client.send('POST', `${target}/replay`, JSON.stringify(bodyOf(options)));
    if (options.dryRun) return tellDryRun(context, options, answer as DryRun);
    const begun = answer as ReplayFacts;
    if (!options.wait) return tell(context, options, begun);
    tell(context, options, await waitForEnd(context, client, begun));
  });
}

function bodyOf(options: StartOptions): object {
  const { events, filter, rate, dryRun } = options;
  if (rate !== undefined && !(Number(rate) > 0))
    throw new WrongUse(`--rate: ${rate} is no number of requests a second`);
  return {
    from: timeOf('--from', options.from),
    to: timeOf('--to', options.to),
    fromSeq: sequenceOf('--from-seq', options.fromSeq),
    toSeq: sequenceOf('--to-seq', options.toSeq),
    events: events?.split(',').map((type) => type.trim()),
    filter,
    ratePerSecond: rate === undefined ? undefined : Number(rate),
    dryRun,
  };
}

function timeOf(option: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const agoMs = parseDuration(given);
  const at = agoMs === null ? Date.parse(given) : systemClock.now() - agoMs;
  if (Number.isNaN(at)) {
    throw new WrongUse(`${option}: ${given} is no time; write 2026-11-21T09:00:00Z, or how long ago: ${durationShape}`);
  }
  return new Date(at).toISOString();
}

const sequenceOf = (option: string, given: string | undefined): number | undefined =>
  given === undefined ? undefined : wholeNumber(option, given, 'sequence of an event');

function tellDryRun({ terminal }: CliContext, options: ClientOptions, counted: DryRun): void {
  if (options.json) return terminal.out(JSON.stringify(counted));
  const { matched, expired, complete, lookedUpTo, leftOut } = counted;
  const late = expired > 0 ? `, of which ${expired} are too late by expireAfter` : '';
  terminal.out(`${complete ? '' : 'at least '}${matched} deliveries${late}`);
  if (leftOut) terminal.note(whyNone(leftOut));
  if (!complete) terminal.note(`there was time to look up to event ${lookedUpTo} only`);
}

function whyNone({ scope, type, filter }: NonNullable<DryRun['leftOut']>): string {
  const reasons = [
    ...(type > 0 ? [`${type} are of other types`] : []),
    ...(filter > 0 ? [`${filter} are left out by a filter`] : []),
    ...(scope > 0 ? [`${scope} are outside its scope`] : []),
  ];
  return reasons.length === 0
    ? 'no event of its domain that you may see is in the range'
    : `of the events there, ${reasons.join(', ')}`;
}

function tell({ terminal }: CliContext, options: ClientOptions, replay: ReplayFacts): void {
  if (options.json) return terminal.out(JSON.stringify(replay));
  terminal.out(summaryOf(replay));
  for (const { from, to } of replay.missed) {
    terminal.note(`events ${from === null ? 'up to' : `${from} to`} ${to} were gone: retention had taken them`);
  }
}

function listCommand(context: CliContext): Command {
  const command = new Command('list')
    .description('the newest ones')
    .option('--state <state>', 'queued, running, cancelling, done or cancelled');
  return withClientOptions(command).action(async (options: ClientOptions & { readonly state?: string }) => {
    const { terminal } = context;
    const state = options.state === undefined ? '' : `&state=${encodeURIComponent(options.state)}`;
    const { items } = await clientOf(context, options).get<{ items: ReplayFacts[] }>(`/v1/replays?limit=100${state}`);
    if (options.json) return items.forEach((one) => terminal.out(JSON.stringify(one)));
    if (items.length === 0) return terminal.note('there is no replay');
    const rows = items.map(
      ({ number, state: now, share, of, subscriptions, endpoint, from, to, counts, createdBy }) => [
        String(number),
        now,
        `${Math.floor(share * 100)} %`,
        of === 'endpoint' ? `endpoint ${endpoint}` : `subscription ${subscriptions[0]}`,
        `${from}-${to}`,
        String(counts.delivered),
        String(counts.cancelled + counts.expired),
        harmless(createdBy),
      ],
    );
    showTable(terminal, [['no', 'state', 'done', 'to', 'events', 'delivered', 'given up', 'by'], ...rows]);
  });
}

function showCommand(context: CliContext): Command {
  const command = new Command('show').description('one, whole').argument('<number>', 'as "replay list" shows it');
  return withClientOptions(command).action(async (number: string, options: ClientOptions) => {
    const found = await clientOf(context, options).get(`/v1/replays/${encodeURIComponent(number)}`);
    context.terminal.out(JSON.stringify(found, null, options.json ? undefined : 2));
  });
}

function cancelCommand(context: CliContext): Command {
  const command = new Command('cancel')
    .description('start nothing more of it; what is parked is listed as cancelled')
    .argument('<number>', 'as "replay list" shows it');
  return withClientOptions(command).action(async (number: string, options: ClientOptions) => {
    const client = clientOf(context, options);
    tell(context, options, await client.send('POST', `/v1/replays/${encodeURIComponent(number)}/cancel`, '{}'));
  });
}
