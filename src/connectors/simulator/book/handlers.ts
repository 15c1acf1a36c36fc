import type { Draft } from '../draft.ts';
import type { Step } from '../step.ts';

/** What each kind of step does to a call. `begin` opens a call and is no step of one that is there. */
export type Handlers<Kind extends Step['kind'] = Exclude<Step['kind'], 'begin'>> = {
  readonly [K in Kind]: (draft: Draft, step: Extract<Step, { kind: K }>) => void;
};
