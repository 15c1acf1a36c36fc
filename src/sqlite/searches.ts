import type { ReadInputs } from './jobs.ts';

/** Reads that somebody waits for at a screen, over all that is kept: they make way for whatever deliveries need. */
export const searches: ReadonlySet<string> = new Set<keyof ReadInputs>([
  'attempts.search',
  'audit.list',
  'calls.search',
]);
