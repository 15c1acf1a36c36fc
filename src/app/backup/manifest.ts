/** What lies beside the database in a backup and says what it is, so that a restore can tell a whole one from a torn one. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { databaseFile } from '../../sqlite/connection.ts';
import { formerKeysFile, keyFile } from '../seal/key-file.ts';

export const manifestFile = 'manifest.json';
const format = 1;

const FileFacts = Type.Object({ bytes: Type.Integer(), sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) });

const Manifest = Type.Object({
  format: Type.Literal(format),
  madeAt: Type.String(),
  /** Version of Offhook that made it. */
  offhook: Type.String(),
  /** Of the database. */
  schema: Type.Integer(),
  log: Type.Object({ id: Type.Union([Type.String(), Type.Null()]), head: Type.Integer() }),
  /** `none`: the key comes from the configuration, and the data directory has none. */
  keyFile: Type.Union([Type.Literal('included'), Type.Literal('left out'), Type.Literal('none')]),
  /** Those beside the manifest. */
  files: Type.Object(
    {
      [databaseFile]: FileFacts,
      [keyFile]: Type.Optional(FileFacts),
      [formerKeysFile]: Type.Optional(FileFacts),
    },
    { additionalProperties: false },
  ),
});

export type Manifest = Static<typeof Manifest>;
export type FileFacts = Static<typeof FileFacts>;

/** A backup that can't be used, in words for whoever wanted to. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

export async function readManifest(dir: string): Promise<Manifest> {
  const file = join(dir, manifestFile);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(
      `${dir} is no backup: ${manifestFile} cannot be read (${error.code}); name the directory that "offhook backup" made`,
    );
  });
  const manifest = parse(text);
  if (!Check(Manifest, manifest)) {
    throw new BackupError(`${file} is damaged, or of a later version of Offhook; use another backup, or that version`);
  }
  return manifest;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function factsOf(file: string): Promise<FileFacts> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 })) hash.update(chunk as Buffer);
  return { bytes: (await stat(file)).size, sha256: hash.digest('hex') };
}
