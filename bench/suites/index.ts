import type { Suite } from '../support/suite.ts';
import { drain } from './drain.ts';

/** In the order they run. */
export const suites: readonly Suite[] = [drain];
