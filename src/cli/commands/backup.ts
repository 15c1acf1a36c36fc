/**
 * Backup and restore work on the data directory itself, and so whether the server runs or not, on its machine and as
 * its user (or as root).
 */
import { Command } from 'commander';
import type { Manifest } from '../../app/backup/manifest.ts';
import { systemClock } from '../../kit/clock.ts';
import { type DirOptions, loadConfigOrFail, withDirOptions } from '../config-flags.ts';
import type { CliContext } from '../context.ts';
import { progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';

export function backupCommand(context: CliContext): Command {
  const { terminal, signal } = context;
  const command = new Command('backup')
    .description('a consistent copy of the store, of a running server too')
    .argument('<directory>', 'where backups are kept; each is a new directory in it')
    .option('--with-key', 'put the key file in too; without it the stored credentials of receivers can’t be read');
  return withDirOptions(command).action(async (into: string, options: DirOptions & { readonly withKey?: boolean }) => {
    const { config } = loadConfigOrFail(context, options);
    const { makeBackup } = await import('../../app/backup/make-backup.ts');
    await giveWay();
    const bar = progressBar(terminal, 'backing up');
    const { path, manifest } = await makeBackup({
      dataDir: config.data.dir,
      into,
      withKey: options.withKey ?? false,
      now: systemClock.now(),
      version: version(),
      onProgress: (share) => bar.show(share),
      signal,
    }).finally(() => bar.clear());
    terminal.out(options.json ? JSON.stringify({ path, ...manifest }) : path);
    sayWhereTheKeyIs(terminal, manifest);
  });
}

/** A server on this machine comes first. */
async function giveWay(): Promise<void> {
  const { constants, setPriority } = await import('node:os');
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // It is only a courtesy.
  }
}

function sayWhereTheKeyIs(terminal: Terminal, { keyFile }: Manifest): void {
  if (keyFile === 'included') {
    terminal.note('with the key file: whoever has this backup can read every stored credential');
  } else if (keyFile === 'left out') {
    terminal.note(
      'without the key file secret.key, which a restore elsewhere needs: keep a copy of it in another place, or give --with-key',
    );
  } else {
    terminal.note('the key is not in the data directory: keep OFFHOOK_SECRET_KEY, which a restore needs');
  }
}

export function restoreCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('restore')
    .description('put a backup into a data directory; no server may run there')
    .argument('<backup>', 'the directory that "offhook backup" made')
    .option('--replace', 'put a store that is there aside');
  return withDirOptions(command).action(async (from: string, options: DirOptions & { readonly replace?: boolean }) => {
    const { config } = loadConfigOrFail(context, options);
    const { restoreBackup } = await import('../../app/backup/restore.ts');
    const dataDir = config.data.dir;
    const replace = options.replace ?? false;
    const { manifest, former } = await restoreBackup({ from, dataDir, replace, now: systemClock.now() });
    if (options.json) return terminal.out(JSON.stringify({ dataDir, former, ...manifest }));
    terminal.out(`${dataDir} holds the store as it was at ${manifest.madeAt}`);
    if (former !== null) terminal.note(`what was there before is in ${former}`);
    if (manifest.keyFile === 'left out') {
      terminal.note(
        'the key file is not in this backup: put secret.key of that server into the directory before the start',
      );
    }
    terminal.note('new events get sequences far above the former ones, so that none is used twice');
  });
}
