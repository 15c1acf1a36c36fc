/** Which events there should be on the other system, by the records of our extensions. Pure. */
import type { EventNames, RemotePlace } from '../../model/remote-registry.ts';
import { extendedNumber, type Extension } from '../../model/tenants.ts';

export interface DesiredPlace {
  readonly place: RemotePlace;
  /** Number of the extension here. */
  readonly extension: string;
  /** The vendor's names, each once. */
  readonly events: readonly string[];
}

export interface DesireOptions {
  readonly events: EventNames;
  /** Whether answers are wanted too. */
  readonly answer: boolean;
  /** Numbers of the extensions that queue agents take calls on. */
  readonly agents: readonly string[];
}

export const placeKey = ({ kind, name }: RemotePlace): string => `${kind} ${name}`;

/** By the place's key. An extension without events, as a phone that is nobody's, is not among them. */
export function desiredPlaces(
  extensions: readonly Extension[],
  options: DesireOptions,
): ReadonlyMap<string, DesiredPlace> {
  const agents = new Set(options.agents);
  const places = extensions.flatMap((extension) => placesOf(extension, options, agents.has(extension.number)));
  return new Map(places.map((place) => [placeKey(place.place), place]));
}

function placesOf(extension: Extension, options: DesireOptions, isAgent: boolean): DesiredPlace[] {
  const name = extendedNumber(extension);
  const at = (kind: RemotePlace['kind'], events: readonly string[]): DesiredPlace[] =>
    events.length === 0 ? [] : [{ place: { kind, name }, extension: extension.number, events: [...new Set(events)] }];
  return [...at('extension', eventsOf(extension, options)), ...at('agent', isAgent ? options.events.agent : [])];
}

function eventsOf({ type, users }: Extension, { events, answer }: DesireOptions): readonly string[] {
  if (type === 'queue' || type === 'ivr') return events.machine;
  if (type !== 'phone' || users.length === 0) return [];
  return answer ? [...events.phone, ...events.answer] : events.phone;
}
