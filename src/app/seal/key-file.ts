/**
 * The key file of the data directory, for those who configure no key: made at the first start, mode 0600. After a
 * rotation the former keys stay in a file beside it, newest first, since backups made before need them.
 */
import { chmod, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretHex } from '../../kit/random.ts';

export const keyFile = 'secret.key';
export const formerKeysFile = 'secret.key.former';
/** All that opening what is stored may need. */
export const keyFiles = [keyFile, formerKeysFile] as const;

const fewestCharacters = 16;
const newSecret = (): string => secretHex(32);

/** The key in the file, which is made where there is none. */
export async function obtainKey(dir: string): Promise<string> {
  const path = join(dir, keyFile);
  try {
    await writeFile(path, `${newSecret()}\n`, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await chmod(path, 0o600);
  return (await keyIn(dir)) as string;
}

/** Null: there is no key file. @throws Error where it is damaged */
export async function keyIn(dir: string): Promise<string | null> {
  const path = join(dir, keyFile);
  const [secret = ''] = (await linesOf(path)) ?? [null];
  if (secret === null || secret.length >= fewestCharacters) return secret;
  throw new Error(`the key file ${path} is damaged: put the former one back, or set OFFHOOK_SECRET_KEY`);
}

export async function formerKeysIn(dir: string): Promise<readonly string[]> {
  const lines = await linesOf(join(dir, formerKeysFile));
  return (lines ?? []).filter((line) => line.length >= fewestCharacters);
}

/** Puts a new key in its place. The former one is on stable storage as such before it is one. */
export async function rotateKeyFile(dir: string): Promise<void> {
  const current = await obtainKey(dir);
  await replace(join(dir, formerKeysFile), [current, ...(await formerKeysIn(dir))]);
  await replace(join(dir, keyFile), [newSecret()]);
}

async function linesOf(path: string): Promise<string[] | null> {
  try {
    const text = await readFile(path, 'utf8');
    return text.split('\n').map((line) => line.trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function replace(path: string, lines: readonly string[]): Promise<void> {
  const handle = await open(`${path}.new`, 'w', 0o600);
  try {
    await handle.writeFile(lines.map((line) => `${line}\n`).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
}
