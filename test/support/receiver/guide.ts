/** The programs in a guide: its code blocks that are named by `file=…`, as they stand there. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const block = /^```(\w+)(?: file=(\S+))?\n(.*?)^```$/gms;

export interface Block {
  readonly language: string;
  readonly file: string | null;
  readonly text: string;
}

export function blocksOf(guide: string): readonly Block[] {
  const text = readFileSync(new URL(`../../../docs/guides/${guide}`, import.meta.url), 'utf8');
  return [...text.matchAll(block)].map(([, language = '', file = null, code = '']) => ({ language, file, text: code }));
}

export function fileOf(guide: string, file: string): string {
  const found = blocksOf(guide).find((one) => one.file === file);
  if (!found) throw new Error(`${guide} has no file ${file}`);
  return found.text;
}

/** Writes all of a guide's files into the directory. */
export async function writeGuide(guide: string, dir: string): Promise<void> {
  for (const { file, text } of blocksOf(guide)) if (file !== null) await writeFile(join(dir, file), text);
}
