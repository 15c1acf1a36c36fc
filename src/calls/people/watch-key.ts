import type { WatchFacts } from './signal.ts';

/** The same number may be watched in several contexts. */
export const watchKeyOf = ({ number, context }: Pick<WatchFacts, 'number' | 'context'>): string =>
  `${number}@${context ?? ''}`;
