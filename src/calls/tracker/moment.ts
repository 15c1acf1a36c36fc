import type { CallGraph } from '../graph/graph.ts';
import type { Room } from './rooms/room.ts';
import type { CompiledRules } from './rules.ts';
import type { Teller } from './teller.ts';

/** What every step of settling a call stands on. */
export interface World {
  readonly graph: CallGraph;
  /** Meetings under way, by their id. */
  readonly rooms: Map<string, Room>;
  readonly rules: CompiledRules;
  readonly teller: Teller;
}

export interface Moment {
  /** Not before what the call has told, unless the PBX's clock was set back. */
  readonly at: number;
  /** By the PBX's own clock: of it the ids of what can repeat are made, so that every observer names it alike. */
  readonly saidAt: number;
  /** The last time anything was known: what is found changed now happened after it. Null: nothing since a restart. */
  readonly knownAt: number | null;
  /** Found after a lost connection, not seen happening. */
  readonly found: boolean;
  /** The call is over, whatever of it may seem to be there still. */
  readonly over?: boolean;
}
