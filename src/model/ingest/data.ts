/** The `data` of an event: checked against its type's schema, completed, and with its times in UTC. */
import type { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { eventCatalog, eventTypes, type EventType } from '../event-types/index.ts';
import { TimeSchema } from '../fields.ts';
import { expectationOf } from './expectation.ts';
import { checkJson } from './extras.ts';
import { objectAt, type JsonObject, type Reading } from './reading.ts';
import { timeAt } from './time.ts';

export type DataReader = (reading: Reading, value: unknown, type: EventType, extra: JsonObject | null) => JsonObject;

/** What is known of one type's data before the first event comes. */
interface Plan {
  /** Fields that a complete event has, with what a missing one becomes. */
  readonly defaults: readonly (readonly [name: string, value: unknown])[];
  readonly times: readonly string[];
}

/** Keeps one compiled checker for each type that came; making one takes about a millisecond. */
export function createDataReader(): DataReader {
  const plans = new Map<EventType, Plan>(eventTypes.map((type) => [type, planOf(eventCatalog[type].data)]));
  const checkers = new Map<EventType, { Check(value: unknown): boolean }>();
  const isValid = (type: EventType, data: JsonObject): boolean => {
    const checker = checkers.get(type) ?? Compile(eventCatalog[type].data);
    checkers.set(type, checker);
    return checker.Check(data);
  };
  return (reading, value, type, extra) => {
    const given = withExtra(reading, objectAt(reading, value, 'data') ?? {}, extra);
    checkJson(reading, given, 'data');
    if (reading.problem) return given;
    const data = completed(reading, given, plans.get(type) as Plan);
    if (!reading.problem && !isValid(type, data)) explain(reading, type, data);
    return data;
  };
}

function planOf(schema: Type.TObject): Plan {
  const entries = Object.entries(schema.properties);
  const required = new Set<string>(schema.required ?? []);
  const defaults = entries
    .filter(([name]) => required.has(name))
    .map(([name, property]) => [name, (property as { default?: unknown }).default ?? null] as const);
  const times = entries.filter(([, property]) => isTime(property)).map(([name]) => name);
  return { defaults, times };
}

function isTime(property: Type.TSchema): boolean {
  const { anyOf } = property as { anyOf?: readonly Type.TSchema[] };
  return property === TimeSchema || (anyOf?.includes(TimeSchema) ?? false);
}

/** Fields the sender put beside `data` that nothing is known of are kept in `data.extra`. */
function withExtra(reading: Reading, data: JsonObject, extra: JsonObject | null): JsonObject {
  if (!extra) return data;
  if (data['extra'] === undefined) return { ...data, extra };
  reading.refuse(
    'data.extra',
    'Unknown fields of the event are kept in `data.extra`, which is there already.',
    'Put them into `data.extra` yourself, or send only one of both.',
  );
  return data;
}

function completed(reading: Reading, given: JsonObject, plan: Plan): JsonObject {
  let data: Record<string, unknown> | null = null;
  for (const [name, value] of plan.defaults) {
    if (given[name] === undefined) (data ??= { ...given })[name] = Array.isArray(value) ? [] : value;
  }
  for (const name of plan.times) {
    const time = given[name];
    if (typeof time !== 'string') continue;
    const utc = timeAt(reading, time, 'data.', name);
    if (utc !== time) (data ??= { ...given })[name] = utc;
  }
  return data ?? given;
}

function explain(reading: Reading, type: EventType, data: JsonObject): void {
  for (const [name, property] of Object.entries(eventCatalog[type].data.properties)) {
    if (data[name] === undefined || Compile(property).Check(data[name])) continue;
    reading.refuse(
      `data.${name}`,
      `\`data.${name}\` is not what \`${type}\` has there.`,
      `Send ${expectationOf(property)}.`,
    );
  }
  reading.refuse('data', `\`data\` is not what \`${type}\` carries.`, 'See the reference of event types.');
}
