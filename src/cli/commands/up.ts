import { Command } from 'commander';
import type { Config } from '../../config/schema.ts';
import { loadConfigOrFail, withConfigOptions, type ConfigOptions } from '../config-flags.ts';
import type { CliContext } from '../context.ts';
import { runUntilStopped } from '../run-service.ts';
import { toned, type Terminal } from '../terminal.ts';
import { version } from '../version.ts';

export function upCommand(context: CliContext): Command {
  const command = new Command('up').description('run the server');
  return withConfigOptions(command).action(async (options: ConfigOptions) => {
    const { config, file } = loadConfigOrFail(context, options);
    const { createApp } = await import('../../app/create-app.ts');
    const app = createApp(config, { version: version() });
    await app.start();
    const { terminal } = context;
    terminal.note(`Offhook ${version()} listens on ${app.url()}`);
    terminal.note(
      file === null ? 'no offhook.yaml here: the defaults and the environment hold' : `configuration: ${file}`,
    );
    if (app.madeToken() !== null) sayToken(terminal, app.madeToken() as string);
    if (config.connectors.length === 0) terminal.note('no phone system yet: add one under connectors in offhook.yaml');
    warnOfOpenDoor(terminal, config);
    await runUntilStopped(app, context);
  });
}

function sayToken(terminal: Terminal, token: string): void {
  terminal.note(`the administrator's token, shown this once: ${toned(terminal, 'strong', token)}`);
}

function warnOfOpenDoor(terminal: Terminal, { server }: Config): void {
  const isLocal = server.host === 'localhost' || server.host === '::1' || server.host.startsWith('127.');
  if (!isLocal && server.tls.cert === null) {
    terminal.note(
      'warning: this address is reachable from elsewhere without TLS; set server.tls, or put a proxy with TLS before it',
    );
  }
}
