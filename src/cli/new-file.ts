import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { CommandFailure, WrongUse } from './failure.ts';

export interface NewFile {
  /** Resolves when more may be written. @throws CommandFailure the disk is full, for one */
  write(text: string): Promise<void>;
  /** Resolves when everything is in the file. @throws CommandFailure */
  end(): Promise<void>;
}

/**
 * For the owner alone: it may hold numbers of people. What is there already is not written over.
 * @throws WrongUse it can't be made
 */
export async function openNewFile(
  file: string,
  more: Pick<Exclude<Parameters<typeof createWriteStream>[1], string | undefined>, 'fs'> = {},
): Promise<NewFile> {
  const sink = createWriteStream(file, { ...more, flags: 'wx', mode: 0o600 });
  // For good: an error that comes between two writes would end the process with a stack otherwise.
  let broken: NodeJS.ErrnoException | null = null;
  sink.on('error', (error) => (broken = error));
  await once(sink, 'open').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'it is there already; name a new file' : String(error.code);
    throw new WrongUse(`--out: ${file} can't be written (${why})`);
  });
  const check = (): void => {
    if (broken) throw new CommandFailure(`${file} can't be written on (${broken.code}); what it holds is not all`);
  };
  return {
    write: async (text) => {
      check();
      if (!sink.write(text)) await once(sink, 'drain').catch(() => {});
      check();
    },
    end: async () => {
      sink.end();
      await finished(sink).catch(() => {});
      check();
    },
  };
}
