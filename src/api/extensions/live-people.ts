import type { FoundExtension } from '../../calls/live/live-people.ts';
import type { Event } from '../../model/event.ts';
import type { Access } from '../../model/scope.ts';

/** What the API needs of the live view of people. */
export interface LivePeople {
  /** The last event of each agent who is logged in, by name. */
  agents(access: Access): readonly Event[];
  /** Extensions that phone systems have shown, in the order of `seq`. */
  extensions(access: Access): readonly FoundExtension[];
  /** How an extension is, as `presence.changed` said last; null where nobody says. */
  stateOf(domain: string, extension: string): string | null;
}
