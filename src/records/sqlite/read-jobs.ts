import type { DatabaseSync } from 'node:sqlite';
import { attemptSearchJobs } from './attempt-search-jobs.ts';
import { deliveryReadJobs } from './delivery-read-jobs.ts';
import { smallReadJobs } from './small-jobs.ts';
import { subscriptionReadJobs } from './subscription-jobs.ts';

/** Everything the reader thread does for the records. */
export function recordReadJobs(db: DatabaseSync) {
  return {
    jobs: { ...deliveryReadJobs(db), ...attemptSearchJobs(db), ...subscriptionReadJobs(db), ...smallReadJobs(db) },
  };
}
