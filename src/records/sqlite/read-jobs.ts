import type { DatabaseSync } from 'node:sqlite';
import { alongsideReadJobs } from './alongside-jobs.ts';
import { attemptScanJobs } from './attempt-scan.ts';
import { callReadJobs } from './call-read-jobs.ts';
import { deliveryReadJobs } from './delivery-read-jobs.ts';
import { erasureFindJobs } from './erasure-find-jobs.ts';
import { erasureReadJobs } from './erasure-jobs.ts';
import { replayReadJobs } from './replay-jobs.ts';
import { smallReadJobs } from './small-jobs.ts';
import { subscriptionReadJobs } from './subscription-jobs.ts';
import { tenantReadJobs } from './tenant-jobs.ts';

/** Everything the reader thread does for the records. */
export function recordReadJobs(db: DatabaseSync) {
  const find = erasureFindJobs(db);
  return {
    jobs: {
      ...deliveryReadJobs(db),
      ...attemptScanJobs(db),
      ...subscriptionReadJobs(db),
      ...smallReadJobs(db),
      ...replayReadJobs(db),
      ...tenantReadJobs(db),
      ...alongsideReadJobs(db),
      ...callReadJobs(db),
      ...erasureReadJobs(db),
      ...find.jobs,
    },
    forget: find.forget,
  };
}
