/** What a template sees: the event's fields by their names, and the whole of it as `event`. */
import type { Event } from '../../model/event.ts';
import { EventSchema } from '../../model/event-schema.ts';
import { eventText } from '../../model/event-text.ts';
import { nearest } from '../../kit/nearest.ts';

/** The event as a template sees it: own properties, read when they are asked for. */
export function variablesOf(event: Event): Record<string, unknown> {
  const fields = {};
  for (const name of names) Object.defineProperty(fields, name, { enumerable: true, get: () => event[name] });
  Object.defineProperty(fields, 'toJSON', { value: () => JSON.parse(eventText(event)) as unknown });
  whole.set(fields, event);
  const variables = { event: fields };
  for (const name of names) Object.defineProperty(variables, name, { enumerable: true, get: () => event[name] });
  return variables;
}

const names = Object.keys(EventSchema.properties) as (keyof Event)[];
const whole = new WeakMap<object, Event>();

/** JSON of a value; of the event the text it is stored with. */
export function jsonOf(value: unknown): string {
  const event = typeof value === 'object' && value !== null ? whole.get(value) : undefined;
  return event ? eventText(event) : (JSON.stringify(value) ?? 'null');
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const root: Schema = { properties: { ...EventSchema.properties, event: EventSchema } };

export interface UnknownName {
  readonly name: string;
  readonly remedy: string;
}

/** The first part of a path, such as `call.from.number`, that no event has; null where all may be there. */
export function unknownIn(path: readonly unknown[]): UnknownName | null {
  let schema: Schema | undefined = root;
  for (const part of path) {
    const fields: Schema['properties'] = objectOf(schema)?.properties;
    // A list, or something documented no further: sizes, elements and what is in `data`.
    if (!fields || typeof part !== 'string') return null;
    if (!Object.hasOwn(fields, part)) return { name: part, remedy: remedyFor(part, fields) };
    schema = fields[part];
  }
  return null;
}

const objectOf = (schema: Schema | undefined): Schema | undefined =>
  schema?.anyOf ? schema.anyOf.find(({ properties }) => properties !== undefined) : schema;

function remedyFor(name: string, fields: Readonly<Record<string, Schema>>): string {
  const known = Object.keys(fields);
  const meant = nearest(name, known);
  return meant === null ? `There are ${known.join(', ')}.` : `Did you mean ${meant}?`;
}
