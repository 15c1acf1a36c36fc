import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { harmless, showTable } from '../terminal.ts';
import { lookCommand } from './subs-look.ts';
import { parkedLines } from './parked-lines.ts';
import { allSubscriptions, idWords, pathOf, type SubscriptionFacts } from './subscription-list.ts';

export function subsCommand(context: CliContext): Command {
  const { terminal } = context;
  const show = (one: SubscriptionFacts, options: ClientOptions): void =>
    terminal.out(JSON.stringify(one, null, options.json ? undefined : 2));

  const list = withClientOptions(new Command('list').description('all of them')).action(
    async (options: ClientOptions) => {
      const found = await allSubscriptions(clientOf(context, options));
      if (options.json) return found.forEach((one) => terminal.out(JSON.stringify(one)));
      if (found.length === 0)
        return terminal.note('there is no subscription yet; make one with: offhook subs add FILE');
      const rows = found.map((one) => [
        String(one.number),
        one.status,
        harmless(one.name),
        one.dialect,
        harmless(one.endpoint.url),
        String(one.counters.posts),
        String(one.counters.errors),
        String(one.lag),
        String(one.parked.retrying + one.parked.behind),
        one.id,
      ]);
      const head = ['no', 'status', 'name', 'dialect', 'to', 'posts', 'errors', 'lag', 'parked', 'id'];
      showTable(terminal, [head, ...rows]);
      for (const one of found) for (const line of parkedLines(one)) terminal.note(line);
    },
  );

  const one = withClientOptions(new Command('show').description('one, whole').argument('<id>', idWords)).action(
    async (id: string, options: ClientOptions) => {
      const client = clientOf(context, options);
      show(await client.get(await pathOf(client, id)), options);
    },
  );

  const add = withClientOptions(
    new Command('add').description('make one from a JSON file').argument('<file>', 'the file; - is standard input'),
  ).action(async (file: string, options: ClientOptions) => {
    show(await clientOf(context, options).send('POST', '/v1/subscriptions', await textOf(context, file)), options);
  });

  const switched = (name: string, description: string, enabled: boolean): Command =>
    withClientOptions(new Command(name).description(description).argument('<id>', idWords)).action(
      async (id: string, options: ClientOptions) => {
        const client = clientOf(context, options);
        show(await client.send('PATCH', await pathOf(client, id), JSON.stringify({ enabled })), options);
      },
    );

  const asked = (name: string, description: string): Command =>
    withClientOptions(new Command(name).description(description).argument('<id>', idWords)).action(
      async (id: string, options: ClientOptions) => {
        const client = clientOf(context, options);
        show(await client.send('POST', `${await pathOf(client, id)}/${name}`, '{}'), options);
      },
    );

  const remove = withClientOptions(new Command('remove').description('remove one').argument('<id>', idWords)).action(
    async (id: string, options: ClientOptions) => {
      const client = clientOf(context, options);
      await client.remove(await pathOf(client, id));
      if (!options.json) terminal.out('removed');
    },
  );

  return new Command('subs')
    .description('subscriptions: who is told what, where')
    .addCommand(list, { isDefault: true })
    .addCommand(one)
    .addCommand(add)
    .addCommand(switched('enable', 'deliver to it', true))
    .addCommand(switched('disable', 'stop delivering to it; what waits is cancelled', false))
    .addCommand(asked('pause', 'hold everything for it until it is resumed'))
    .addCommand(asked('resume', 'deliver what was held, in order'))
    .addCommand(lookCommand(context, 'preview'))
    .addCommand(lookCommand(context, 'test'))
    .addCommand(remove);
}

async function textOf(context: CliContext, file: string): Promise<string> {
  if (file !== '-') {
    return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new CommandFailure(`${file} can't be read (${error.code ?? error.message})`);
    });
  }
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of context.stdin) text += decoder.decode(chunk, { stream: true });
  return text;
}
