import type { Suite } from '../support/suite.ts';
import { bytes } from './bytes.ts';
import { drain } from './drain.ts';
import { matching } from './matching.ts';

/** In the order they run. */
export const suites: readonly Suite[] = [drain, matching, bytes];
