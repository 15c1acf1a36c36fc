export { createTracker, type Tracker } from './tracker.ts';
export type { TrackerRules } from './rules.ts';
