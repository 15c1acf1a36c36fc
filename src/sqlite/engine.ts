/**
 * The embedded store: one SQLite file in the data directory, one thread that writes it (group commit), one that reads
 * it and does the checkpoints, and, once somebody searches, one that reads for that, so that deliveries neither wait
 * behind a search nor share their processor time with it. The main thread never calls SQLite, since those calls block.
 */
import { mkdir } from 'node:fs/promises';
import type { ReadInputs, ReadOutputs, WriteInputs, WriteOutputs } from './jobs.ts';
import { LateThread } from './late-thread.ts';
import { searches } from './searches.ts';
import type { StorageError } from './storage-error.ts';
import { StorageThread } from './storage-thread.ts';
import { loadThreadProgram } from './thread-program.ts';

export interface SqliteEngine {
  /**
   * Runs a job that may write; resolves when it is on stable storage, in the order given.
   * `weight`: about how many bytes it writes.
   * @throws StorageError
   */
  write<Kind extends keyof WriteInputs>(
    kind: Kind,
    input: WriteInputs[Kind],
    weight?: number,
  ): Promise<WriteOutputs[Kind]>;
  /** Runs a job that only reads, on what is durable. @throws StorageError */
  read<Kind extends keyof ReadInputs>(kind: Kind, input: ReadInputs[Kind]): Promise<ReadOutputs[Kind]>;
  /** In SQLite's words, once a job has met a damaged part of the database; null before. */
  damage(): string | null;
  /** Finishes what was given before it, then lets go of the files. May be called twice. */
  close(): Promise<void>;
}

export interface EngineHooks {
  /**
   * A storage thread died: what waited was rejected, and nothing can be stored any more. The owner should stop the
   * process, so that a supervisor starts it again.
   */
  readonly onCrash?: (error: StorageError) => void;
}

/** Reads of `searches` go to their own thread, where there is one. */
function engineOver(writer: StorageThread, reader: StorageThread, searcher: LateThread | null): SqliteEngine {
  writer.onSignal = (signal) => reader.signal(signal);
  reader.onSignal = (signal) => writer.signal(signal);
  return {
    write: (kind, input, weight = 256) => writer.submit(kind, input, weight) as Promise<never>,
    read: (kind, input) => {
      const isSearch = searcher !== null && searches.has(kind);
      return (isSearch ? searcher.submit(kind, input) : reader.submit(kind, input, 0)) as Promise<never>;
    },
    damage: () => writer.damage ?? reader.damage ?? searcher?.damage ?? null,
    close: async () => {
      // At once: a search may take its time to end.
      writer.refuse();
      reader.refuse();
      await searcher?.close();
      // The writer goes last: whoever does takes the write-ahead log back into the database.
      await reader.close();
      await writer.close();
    },
  };
}

/**
 * Opens (or makes) `offhook.db` in `dir`, with mode 0600, and keeps other processes out of it.
 * @throws StorageError `locked` while another process has it, `newer` when a later version wrote it.
 */
export async function openSqliteEngine({
  dir,
  onCrash,
}: { readonly dir: string } & EngineHooks): Promise<SqliteEngine> {
  const program = loadThreadProgram('./storage.worker', import.meta.url);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const crashed = (error: StorageError): void => onCrash?.(error);
  const writer = await StorageThread.open(program, { role: 'writer', dir }, crashed);
  try {
    const reader = await StorageThread.open(program, { role: 'reader', dir }, crashed);
    const searcher = new LateThread(() => StorageThread.open(program, { role: 'searcher', dir }, crashed));
    return engineOver(writer, reader, searcher);
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** The same over a database in memory, gone when it is closed. One thread reads and writes. */
export async function openMemoryEngine({ onCrash }: EngineHooks = {}): Promise<SqliteEngine> {
  const program = loadThreadProgram('./storage.worker', import.meta.url);
  const thread = await StorageThread.open(program, { role: 'both', dir: null }, (error) => onCrash?.(error));
  return engineOver(thread, thread, null);
}
