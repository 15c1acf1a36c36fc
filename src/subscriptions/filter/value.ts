/**
 * What a filter works with. A whole number is a bigint and any other number a number, as CEL has it; lists and objects
 * of an event stay as they are, and the numbers in them are told apart when they are read.
 */
export type JsonObject = Readonly<Record<string, unknown>>;
export type MapKey = string | bigint | boolean;

export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | readonly unknown[]
  | ReadonlyMap<MapKey, Value>
  | JsonObject
  | Moment
  | Span
  | Failure;

export type Kind = 'null' | 'bool' | 'string' | 'number' | 'list' | 'map' | 'timestamp' | 'duration';

/** A point in time, milliseconds since 1970. */
export class Moment {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A length of time, milliseconds. */
export class Span {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/** An evaluation that came to nothing. A value like others: `false && failure` is false, as CEL has it. */
export class Failure {
  readonly reason: string;
  /** Offset in the source, code units. */
  readonly at: number;

  constructor(reason: string, at: number) {
    this.reason = reason;
    this.at = at;
  }
}

/** The one failure that nothing absorbs. */
export const tooCostly = new Failure('it takes too many steps for one event', 0);

export function fromJson(value: unknown): Value {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  return (value ?? null) as Value;
}

export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return 'number';
    default:
      return kindOfObject(value);
  }
}

function kindOfObject(value: object | null): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Moment) return 'timestamp';
  return value instanceof Span ? 'duration' : 'map';
}

/** A map's entry; undefined where there is none. Own properties only: an event's objects came from anybody. */
export function entryOf(map: Value, key: Value): Value | undefined {
  if (map instanceof Map) return map.get(mapKey(key)) as Value | undefined;
  if (typeof key !== 'string' || !Object.hasOwn(map as object, key)) return undefined;
  return fromJson((map as JsonObject)[key]);
}

export function keysOf(map: Value): readonly unknown[] {
  return map instanceof Map ? [...map.keys()] : Object.keys(map as object);
}

/** The same key for equal values: 1 and 1.0 are one. */
export function mapKey(key: Value): MapKey {
  return (typeof key === 'number' ? fromJson(key) : key) as MapKey;
}
