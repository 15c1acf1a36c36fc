export { defaultLiveCallsOptions, LiveCalls, type LiveCallsOptions } from './live-calls.ts';
export type { LiveCall } from './live-call.ts';
export { loadLiveCalls, type LoadedLiveCalls } from './load.ts';
export type { CallMark, Marks } from './marks.ts';
