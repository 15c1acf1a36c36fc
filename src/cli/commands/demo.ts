/**
 * The demonstration: the server with a simulated PBX, subscriptions to the built-in inbox in every dialect and mode,
 * and a line for each notification. Its store is a directory that goes away at the end, unless one is given.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { usualFile } from '../../config/load-config.ts';
import type { Config } from '../../config/schema.ts';
import { secretHex } from '../../kit/random.ts';
import { systemClock } from '../../kit/clock.ts';
import { createClient, type ApiClient } from '../client.ts';
import { loadConfigOrFail, withConfigOptions, type ConfigOptions } from '../config-flags.ts';
import type { CliContext } from '../context.ts';
import { follow } from '../follow.ts';
import { receiversOf } from '../receivers.ts';
import { runUntilStopped } from '../run-service.ts';
import { toned, type Terminal } from '../terminal.ts';
import { version } from '../version.ts';

/** Enough to see something at once, slow enough to read. */
const simulator = { ratePerMinute: 12, speed: 2 } as const;

export function demoCommand(context: CliContext): Command {
  const command = new Command('demo').description(
    'the server with a simulated PBX and a built-in receiver, to look at',
  );
  return withConfigOptions(command).action(async (options: ConfigOptions) => {
    const given = options.dataDir ?? (context.env['OFFHOOK_DATA_DIR'] || null);
    const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'offhook-demo-')));
    try {
      const { config, file } = loadConfigOrFail(context, { ...options, dataDir }, { takeUsualFile: false });
      if (file === null && existsSync(usualFile)) {
        context.terminal.note(
          `${usualFile} is not used by the demonstration; "offhook up" takes it, and so does --config`,
        );
      }
      await runDemo(demoConfig(config), context);
    } finally {
      if (given === null) await rm(dataDir, { recursive: true, force: true });
    }
  });
}

type DemoConfig = Config & { readonly admin: { readonly token: string } };

function demoConfig(config: Config): DemoConfig {
  const connectors = config.connectors.length > 0 ? config.connectors : [simulatedPbx];
  const admin = { token: config.admin.token ?? `oh_${secretHex(24)}` };
  const { level } = config.log;
  const log = { ...config.log, level: level === 'info' ? ('warn' as const) : level };
  return { ...config, admin, connectors, log };
}

const simulatedPbx = {
  kind: 'simulator',
  id: 'demo-pbx',
  domain: null,
  reseller: 'default',
  country: null,
  extensions: '^[0-9]{2,6}$',
  seed: 1,
  ...simulator,
} as const satisfies Config['connectors'][number];

async function runDemo(config: DemoConfig, context: CliContext): Promise<void> {
  const { createApp } = await import('../../app/create-app.ts');
  const app = createApp(config, { version: version() });
  const { terminal, signal } = context;
  const ended = new AbortController();
  await app.start();
  const client = createClient({ url: app.url(), token: config.admin.token });
  try {
    await subscribeInAllDialects(client);
    sayWelcome(terminal, app.url(), config);
    const receiver = await receiversOf(client);
    const request = { what: 'deliveries', type: null, domain: null, after: null, json: false } as const;
    const both = AbortSignal.any([signal, ended.signal]);
    const lines = follow({ client, terminal, clock: systemClock, signal: both, receiver }, request);
    const following = lines.catch((error: unknown) => terminal.note(String(error)));
    await runUntilStopped(app, context);
    ended.abort();
    await following;
  } finally {
    ended.abort();
    await app.stop();
  }
}

interface DialectFacts {
  readonly name: string;
  readonly options: { readonly properties?: { readonly mode?: { readonly enum?: readonly string[] } } };
}

/** What each mode shows, so that the screen is not three times the same; a dialect without modes shows what it has words for. */
const selections = [['call.*'], ['leg.*'], ['*']];

/** One subscription for each dialect, or each of its modes; none is made twice in a store that is kept. */
async function subscribeInAllDialects(client: ApiClient): Promise<void> {
  const { items } = await client.get<{ items: DialectFacts[] }>('/v1/dialects');
  const known = await client.get<{ items: { name: string }[] }>('/v1/subscriptions?limit=500');
  const names = new Set(known.items.map(({ name }) => name));
  for (const { name, options } of items) {
    const modes = options.properties?.mode?.enum ?? [null];
    for (const [index, mode] of modes.entries()) {
      const title = mode === null ? name : `${name} ${mode}`;
      if (names.has(title)) continue;
      const subscription = {
        name: title,
        dialect: name,
        notes: 'made by the demonstration',
        ...(mode !== null && { events: selections[index % selections.length], options: { mode } }),
        endpoint: { url: `inbox:demo-${title.replaceAll(/[^a-z0-9]+/g, '-')}` },
      };
      await client.send('POST', '/v1/subscriptions', JSON.stringify(subscription));
    }
  }
}

function sayWelcome(terminal: Terminal, url: string, config: DemoConfig): void {
  const strong = (text: string): string => toned(terminal, 'strong', text);
  const lines = [
    '',
    `${strong('Offhook')} ${version()} is running on ${url}`,
    '',
    `  watch it     ${strong(`${url}/#token=${config.admin.token}`)}`,
    `  the API      ${url}/docs`,
    `  what came    curl -H "Authorization: Bearer ${config.admin.token}" ${url}/inbox/demo-cloudevents-structured`,
    '',
    'A simulated PBX makes calls; every line below is a notification delivered to the built-in inbox.',
    'To listen to a real one, write this to offhook.yaml and run "offhook up":',
    '',
    '  connectors:',
    '    - { id: pbx1, kind: asterisk, host: 192.0.2.10, username: offhook, secret: env:AMI_SECRET,',
    '        trunks: ["PJSIP/trunk-*"], extensions: "^[0-9]{3,4}$" }',
    '',
    'Ctrl-C ends it.',
    '',
  ];
  for (const line of lines) terminal.out(line);
}
