export { defaultLiveCallsOptions, LiveCalls } from './live-calls.ts';
export type { LiveCall } from './live-call.ts';
export { LivePeople, type PeopleMarks } from './live-people.ts';
export { loadLiveCalls } from './load.ts';
export { loadLivePeople } from './load-people.ts';
export type { Marks } from './marks.ts';
