/** The calls that are recorded and tested, each by what happens to it. */
import { conferences } from './conferences.ts';
import { forwards } from './forwards.ts';
import { holding } from './holding.ts';
import { letGo } from './let-go.ts';
import { parking } from './parking.ts';
import { queues } from './queues.ts';
import { recording } from './recording.ts';
import type { CallScenario } from './scenario.ts';
import { transfers } from './transfers.ts';
import { twoParty } from './two-party.ts';

export type { CallScenario } from './scenario.ts';

export const callScenarios: readonly CallScenario[] = [
  ...twoParty,
  ...holding,
  ...transfers,
  ...forwards,
  ...queues,
  ...letGo,
  ...parking,
  ...conferences,
  ...recording,
];
