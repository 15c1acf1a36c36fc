/** What is known of a value before there is one. Null is not among it: any field may be compared with null. */
import { EventSchema } from '../../model/event-schema.ts';
import type { Kind } from './value.ts';

export interface Shape {
  /** `any`: nothing is known. */
  readonly kind: Kind | 'any';
  /** Of a map whose fields are documented. */
  readonly fields?: ReadonlyMap<string, Shape>;
  /** Of a list. */
  readonly element?: Shape;
  /** All texts it can be, where they are few. */
  readonly values?: readonly string[];
}

export const any: Shape = { kind: 'any' };
export const shapeOf = (kind: Kind | 'any'): Shape => ({ kind });

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

const kinds: Readonly<Record<string, Kind>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'bool',
  null: 'null',
};

function fromSchema(schema: JsonSchema): Shape {
  if (schema.anyOf) {
    const [only, ...others] = schema.anyOf.filter(({ type }) => type !== 'null').map(fromSchema);
    return only && others.length === 0 ? only : any;
  }
  if (schema.enum?.every((value) => typeof value === 'string')) return { kind: 'string', values: schema.enum };
  if (schema.properties) return { kind: 'map', fields: fieldsOf(schema.properties) };
  if (schema.type === 'array') return { kind: 'list', element: schema.items ? fromSchema(schema.items) : any };
  const kind = schema.type === undefined ? undefined : kinds[schema.type];
  return kind ? { kind } : any;
}

function fieldsOf(properties: Readonly<Record<string, JsonSchema>>): ReadonlyMap<string, Shape> {
  return new Map(Object.entries(properties).map(([name, schema]) => [name, fromSchema(schema)]));
}

/** The variables of a filter: an event's fields. */
export const variableShapes: ReadonlyMap<string, Shape> = fieldsOf(EventSchema.properties);

/** For messages. */
export function called({ kind }: Shape): string {
  return kind === 'any' ? 'any value' : names[kind];
}

const names: Readonly<Record<Kind, string>> = {
  null: 'null',
  bool: 'true or false',
  string: 'a text',
  number: 'a number',
  list: 'a list',
  map: 'an object',
  timestamp: 'a timestamp',
  duration: 'a duration',
};
