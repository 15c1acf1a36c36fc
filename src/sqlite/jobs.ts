/** Everything the storage threads can do, put together from the drivers' own parts. */
import type { DatabaseSync } from 'node:sqlite';
import type { ErasedNumber } from '../model/erasure/erased-number.ts';
import { eventEraseReadJobs } from '../log/sqlite/event-erase-jobs.ts';
import { eventReadJobs } from '../log/sqlite/event-read-jobs.ts';
import { eventWriteJobs } from '../log/sqlite/event-write-jobs.ts';
import { recordReadJobs } from '../records/sqlite/read-jobs.ts';
import { recordWriteJobs } from '../records/sqlite/write-jobs.ts';
import { probeReadJobs, probeWriteJobs } from './probe-jobs.ts';
import { pageFiller } from './remains/fill-page.ts';
import type { FoundRemains } from './remains/find-remains.ts';
import { scrubbing } from './scrub.ts';

export function writeJobs(db: DatabaseSync) {
  const scrub = scrubbing(db);
  const fill = pageFiller(db);
  const eraseOnDisk = { 'store.scrub': () => scrub.step(), 'store.fillPage': fill };
  const log = eventWriteJobs(db, scrub.pages);
  const records = recordWriteJobs(db);
  return {
    jobs: { ...log.jobs, ...records.jobs, ...probeWriteJobs(db, scrub), ...eraseOnDisk },
    forget: () => {
      scrub.forget();
      log.forget();
      records.forget();
    },
  };
}

/** What the reader thread does to the files themselves. */
export interface FileJobs {
  /** Takes back all of the write-ahead log; false: somebody reads from it. */
  readonly 'store.emptyWal': () => boolean;
  readonly 'store.findRemains': (request: { readonly number: ErasedNumber; readonly from: number }) => FoundRemains;
}

/** A database in memory leaves nothing behind. */
const noFiles: FileJobs = {
  'store.emptyWal': () => true,
  'store.findRemains': () => ({ pages: [], unclear: 0, next: null }),
};

export function readJobs(db: DatabaseSync, files: FileJobs) {
  const log = eventReadJobs(db);
  const erase = eventEraseReadJobs(db);
  const records = recordReadJobs(db);
  return {
    jobs: { ...log.jobs, ...erase.jobs, ...records.jobs, ...probeReadJobs(db), ...files },
    forget: () => {
      log.forget();
      erase.forget();
      records.forget();
    },
  };
}

/** Reads that are pieces of something long, or may take as long as one: they make way for look-ups. */
export const scans: ReadonlySet<string> = new Set<keyof ReadInputs>([
  'log.read',
  'log.findNumber',
  'attempts.scan',
  'attempts.search',
  'attempts.parked',
  'delivery.settledAfter',
  'delivery.parkedAfter',
  'audit.list',
  'calls.search',
  'erasures.find',
  'store.findRemains',
]);

export function allJobs(db: DatabaseSync) {
  const write = writeJobs(db);
  const read = readJobs(db, noFiles);
  return {
    jobs: { ...write.jobs, ...read.jobs },
    forget: () => {
      write.forget();
      read.forget();
    },
  };
}

type Inputs<Set extends Record<string, (input: never) => unknown>> = { [Kind in keyof Set]: Parameters<Set[Kind]>[0] };
type Outputs<Set extends Record<string, (input: never) => unknown>> = { [Kind in keyof Set]: ReturnType<Set[Kind]> };

type WriteSet = ReturnType<typeof writeJobs>['jobs'];
type ReadSet = ReturnType<typeof readJobs>['jobs'];
export type WriteInputs = Inputs<WriteSet>;
export type WriteOutputs = Outputs<WriteSet>;
export type ReadInputs = Inputs<ReadSet>;
export type ReadOutputs = Outputs<ReadSet>;
