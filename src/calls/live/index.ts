export { defaultLiveCallsOptions, LiveCalls } from './live-calls.ts';
export type { LiveCall } from './live-call.ts';
export { loadLiveCalls } from './load.ts';
export type { Marks } from './marks.ts';
