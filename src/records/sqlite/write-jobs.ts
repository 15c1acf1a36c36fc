import type { DatabaseSync } from 'node:sqlite';
import { alongsideWriteJobs, alongsideWriter } from './alongside-jobs.ts';
import { callWriteJobs } from './call-write-jobs.ts';
import { deliveryWriteJobs } from './delivery-write-jobs.ts';
import { erasureWriteJobs } from './erasure-jobs.ts';
import { erasureRewriteJobs } from './erasure-rewrite-jobs.ts';
import { replayWriteJobs } from './replay-jobs.ts';
import { smallWriteJobs } from './small-jobs.ts';
import { subscriptionWriteJobs } from './subscription-jobs.ts';
import { tenantWriteJobs } from './tenant-jobs.ts';

/** Everything the writer thread does for the records. */
export function recordWriteJobs(db: DatabaseSync) {
  const alongside = alongsideWriter(db);
  const besides = alongsideWriteJobs(db, alongside);
  const delivery = deliveryWriteJobs(db, alongside);
  const calls = callWriteJobs(db);
  return {
    jobs: {
      ...delivery.jobs,
      ...subscriptionWriteJobs(db, alongside),
      ...smallWriteJobs(db),
      ...replayWriteJobs(db, alongside),
      ...tenantWriteJobs(db, alongside),
      ...besides.jobs,
      ...calls.jobs,
      ...erasureWriteJobs(db, alongside),
      ...erasureRewriteJobs(db, calls.erase),
    },
    forget: () => {
      besides.forget();
      delivery.forget();
      calls.forget();
    },
  };
}
