/** Everything the storage threads can do, put together from the drivers' own parts. */
import type { DatabaseSync } from 'node:sqlite';
import { eventReadJobs } from '../log/sqlite/event-read-jobs.ts';
import { eventWriteJobs } from '../log/sqlite/event-write-jobs.ts';
import { recordReadJobs } from '../records/sqlite/read-jobs.ts';
import { recordWriteJobs } from '../records/sqlite/write-jobs.ts';
import { probeReadJobs, probeWriteJobs } from './probe-jobs.ts';

export function writeJobs(db: DatabaseSync) {
  const log = eventWriteJobs(db);
  const records = recordWriteJobs(db);
  return {
    jobs: { ...log.jobs, ...records.jobs, ...probeWriteJobs(db) },
    forget: () => {
      log.forget();
      records.forget();
    },
  };
}

export function readJobs(db: DatabaseSync) {
  const log = eventReadJobs(db);
  const records = recordReadJobs(db);
  return { jobs: { ...log.jobs, ...records.jobs, ...probeReadJobs(db) }, forget: () => log.forget() };
}

/** Reads that are pieces of something long, or may take as long as one: they make way for look-ups. */
export const scans: ReadonlySet<string> = new Set<keyof ReadInputs>([
  'log.read',
  'attempts.scan',
  'attempts.parked',
  'delivery.settledAfter',
  'delivery.parkedAfter',
  'audit.list',
  'calls.search',
]);

export function allJobs(db: DatabaseSync) {
  const write = writeJobs(db);
  const read = readJobs(db);
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
