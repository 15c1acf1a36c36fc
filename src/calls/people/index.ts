export { createPeopleTracker, type KnownOfPeople, type PeopleTracker } from './people-tracker.ts';
export type * from './signal.ts';
