/**
 * Group commit: all jobs that wait when the writer becomes free go into one transaction, and are answered when it is
 * on stable storage.
 *
 * If a job of the group throws, or the commit does, nothing of the group is kept, and each of its jobs is run again in
 * a transaction of its own: one bad job can't take the others with it. Expected refusals are values, so this is rare.
 */
import type { DatabaseSync } from 'node:sqlite';
import { jobNamed, type JobSet } from './job-set.ts';
import type { AnswerMessage, JobMessage } from './protocol.ts';
import { toErrorMessage } from './storage-error.ts';

/** One transaction's share of the queue: bounded, so that no answer waits for an endless commit. */
const mostJobs = 1_000;
const mostBytes = 8 * 1024 * 1024;

export function takeGroup(queue: JobMessage[]): JobMessage[] {
  let count = 0;
  let bytes = 0;
  for (const job of queue) {
    if (count === mostJobs || (count > 0 && bytes + job.weight > mostBytes)) break;
    bytes += job.weight;
    count++;
  }
  return queue.splice(0, count);
}

/** Runs the jobs in one transaction; throws what any of them, or the commit, throws, with everything undone. */
function runInTransaction(db: DatabaseSync, set: JobSet, group: readonly JobMessage[]): AnswerMessage[] {
  db.exec('BEGIN IMMEDIATE');
  try {
    const answers = group.map(({ ticket, kind, input }) => ({ ticket, output: jobNamed(set, kind)(input) }));
    db.exec('COMMIT');
    return answers;
  } catch (error) {
    set.forget();
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function runAlone(db: DatabaseSync, set: JobSet, job: JobMessage): AnswerMessage {
  try {
    return runInTransaction(db, set, [job])[0] as AnswerMessage;
  } catch (error) {
    return { ticket: job.ticket, error: toErrorMessage(error) };
  }
}

export function commitGroup(db: DatabaseSync, set: JobSet, group: readonly JobMessage[]): readonly AnswerMessage[] {
  if (group.length > 1) {
    try {
      return runInTransaction(db, set, group);
    } catch {
      // Each job's own error comes out below.
    }
  }
  return group.map((job) => runAlone(db, set, job));
}
