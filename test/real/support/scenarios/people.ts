/** What happens beside calls, each part by whom it is about. */
import type { EventType } from '../../../../src/model/event-types/index.ts';
import type { RealAsterisk } from '../asterisk.ts';
import type { Phones } from '../sipp.ts';
import { agents } from './agents.ts';
import { messages } from './messages.ts';
import { presence } from './presence.ts';
import { voicemail } from './voicemail.ts';

/** Something that people do, which is recorded and tested; each has extensions of its own. */
export interface PeopleScenario {
  readonly name: string;
  /** What somebody who watches would say happened. */
  readonly says: string;
  /** Whose events of which types are looked at. */
  readonly extensions: readonly string[];
  readonly types: readonly EventType[];
  /** Plugs in what is needed, and gives the function that does it. */
  prepare(phones: Phones, asterisk: RealAsterisk): Promise<() => Promise<unknown>>;
}

export const peopleScenarios: readonly PeopleScenario[] = [...agents, ...presence, ...voicemail, ...messages];
