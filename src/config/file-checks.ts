/** What the configuration says of files: looked at beforehand, so that it is told with every other mistake. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigProblem } from './place.ts';
import type { Raw } from './raw.ts';
import { placeOf } from './read.ts';
import type { Config } from './schema.ts';

/** Changes nothing: a directory that is to be made is only looked for a place to make it in. */
export function checkFiles(config: Config, raw: Raw | null): ConfigProblem[] {
  const { cert, key } = config.server.tls;
  return [
    ...fileIsReadable(cert, ['server', 'tls', 'cert'], raw),
    ...fileIsReadable(key, ['server', 'tls', 'key'], raw),
    ...directoryIsUsable(config.data.dir, raw),
  ];
}

function fileIsReadable(file: string | null, path: readonly string[], raw: Raw | null): ConfigProblem[] {
  const trouble = file === null ? null : troubleWith(file, false, constants.R_OK);
  if (trouble === null) return [];
  const message = `the file ${resolve(String(file))} cannot be read (${trouble})`;
  const remedy = 'check the path, which starts in the working directory, and the rights of the user Offhook runs as';
  return [{ place: placeOf(raw, path), key: path.join('.'), message, remedy }];
}

function directoryIsUsable(dir: string, raw: Raw | null): ConfigProblem[] {
  const { R_OK, W_OK, X_OK } = constants;
  let here = resolve(dir);
  let rights = R_OK | W_OK | X_OK;
  let trouble = troubleWith(here, true, rights);
  // It is made where it is missing, and so are those above it.
  while (trouble === 'ENOENT' && dirname(here) !== here) {
    here = dirname(here);
    rights = W_OK | X_OK;
    trouble = troubleWith(here, true, rights);
  }
  if (trouble === null) return [];
  const message = `the store cannot be in ${resolve(dir)} (${here}: ${trouble})`;
  const remedy = 'name a directory that the user Offhook runs as may write to, or may make';
  return [{ place: placeOf(raw, ['data', 'dir']), key: 'data.dir', message, remedy }];
}

/** @returns the system's word for what is wrong, or null where all is right */
function troubleWith(path: string, isDirectory: boolean, rights: number): string | null {
  try {
    if (statSync(path).isDirectory() !== isDirectory) return isDirectory ? 'ENOTDIR' : 'EISDIR';
    accessSync(path, rights);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
