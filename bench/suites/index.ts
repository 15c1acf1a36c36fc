import type { Suite } from '../support/suite.ts';
import { ami } from './ami.ts';
import { backup } from './backup.ts';
import { bytes } from './bytes.ts';
import { comeback } from './comeback.ts';
import { dead } from './dead.ts';
import { drain } from './drain.ts';
import { endpoints } from './endpoints.ts';
import { idle } from './idle.ts';
import { ingest } from './ingest.ts';
import { latency } from './latency.ts';
import { matching } from './matching.ts';
import { parser } from './parser.ts';
import { reports } from './reports.ts';
import { search } from './search.ts';
import { searching } from './searching.ts';
import { tenants } from './tenants.ts';
import { tracker } from './tracker.ts';

/** In the order they run. */
export const suites: readonly Suite[] = [
  drain,
  ingest,
  reports,
  latency,
  matching,
  tenants,
  bytes,
  idle,
  dead,
  endpoints,
  comeback,
  backup,
  search,
  searching,
  parser,
  tracker,
  ami,
];
