/** Bytes this process has handed to the disk so far, as Linux counts them. */
import { readFileSync } from 'node:fs';

export interface Written {
  /** Given to write calls; nothing but files is written in between where it is used. */
  readonly handed: number;
  /** Of whole pages that were dirtied, as the block layer will see them. */
  readonly pages: number;
}

export function written(): Written {
  const text = readFileSync('/proc/self/io', 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? NaN);
  return { handed: field('wchar'), pages: field('write_bytes') };
}

export async function writtenBy(run: () => Promise<void>): Promise<Written> {
  const before = written();
  await run();
  const after = written();
  return { handed: after.handed - before.handed, pages: after.pages - before.pages };
}
