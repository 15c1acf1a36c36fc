export { createTracker, type Tracker } from './tracker.ts';
export { defaultLimits, type TrackerLimits, type TrackerRules } from './rules.ts';
export { channelIdOf, legIdOf } from './record.ts';
