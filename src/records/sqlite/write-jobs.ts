import type { DatabaseSync } from 'node:sqlite';
import { deliveryWriteJobs } from './delivery-write-jobs.ts';
import { smallWriteJobs } from './small-jobs.ts';
import { subscriptionWriteJobs } from './subscription-jobs.ts';

/** Everything the writer thread does for the records. */
export function recordWriteJobs(db: DatabaseSync) {
  const delivery = deliveryWriteJobs(db);
  return {
    jobs: { ...delivery.jobs, ...subscriptionWriteJobs(db), ...smallWriteJobs(db) },
    forget: delivery.forget,
  };
}
