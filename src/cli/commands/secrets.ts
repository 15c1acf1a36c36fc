import { Command } from 'commander';
import { type DirOptions, loadConfigOrFail, withDirOptions } from '../config-flags.ts';
import type { CliContext } from '../context.ts';

/** The key that encrypts stored credentials. */
export function secretsCommand(context: CliContext): Command {
  const { terminal } = context;
  const rotate = withDirOptions(
    new Command('rotate').description('a new key for stored credentials; the next start encrypts them anew'),
  ).action(async (options: DirOptions) => {
    const { config } = loadConfigOrFail(context, options);
    if (config.secret.key !== null) return sayHowByHand(context, options);
    const { rotateKeyFile, formerKeysFile, keyFile } = await import('../../app/seal/key-file.ts');
    await rotateKeyFile(config.data.dir);
    if (options.json) return terminal.out(JSON.stringify({ rotated: true, dataDir: config.data.dir }));
    terminal.out(
      `there is a new key in ${keyFile}; restart the server, which then encrypts all stored credentials anew`,
    );
    terminal.note(
      `the former key is in ${formerKeysFile}: backups made before need it; delete it when there are none left`,
    );
  });
  return new Command('secrets').description('the key of stored credentials').addCommand(rotate);
}

/** A configured key is where only its owner can change it. */
function sayHowByHand({ terminal }: CliContext, { json }: DirOptions): void {
  if (json) return terminal.out(JSON.stringify({ rotated: false, reason: 'the key is configured' }));
  terminal.out('the key is configured (secret.key, OFFHOOK_SECRET_KEY), so it is changed there:');
  terminal.out('  1. make a new one:      openssl rand -hex 32');
  terminal.out(
    '  2. the former one goes to the front of secret.previousKeys (OFFHOOK_SECRET_PREVIOUS_KEYS, separated by commas)',
  );
  terminal.out('  3. the new one becomes secret.key');
  terminal.out('  4. restart the server: it encrypts all stored credentials anew, and says so');
  terminal.out('  5. take the former one out of secret.previousKeys when no backup needs it any more');
}
