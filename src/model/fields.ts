import { Type } from 'typebox';

/** Bounds and building blocks every schema of the model is made of. Lengths are UTF-16 code units. */
export const longestText = 512;
export const longestId = 256;
export const longestEventId = 200;
export const longestScope = 128;
/** A leg's id may be made of its call's id, a colon and an extension. */
export const longestLegId = longestId + 1 + longestScope;
export const longestUrl = 2048;
export const longestMessage = 16_384;
export const mostItems = 100;
export const mostExtensions = 200;

/** RFC 3339 in UTC with milliseconds, as `Date.toISOString` writes it; ingest takes any RFC 3339 offset. */
export const TimeSchema = Type.String({ format: 'date-time', maxLength: 64 });

export const nullable = <T extends Type.TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], describe(description));

export const text = (description?: string) => Type.String({ maxLength: longestText, ...describe(description) });
export const idText = (description?: string) =>
  Type.String({ minLength: 1, maxLength: longestId, ...describe(description) });
export const scopeText = () => Type.String({ minLength: 1, maxLength: longestScope });
export const count = (description?: string) => Type.Integer({ minimum: 0, ...describe(description) });

export const nullableText = (description: string) => nullable(text(), description);
export const nullableTime = (description: string) => nullable(TimeSchema, description);
/** A whole number from 0 up: milliseconds, bytes, people. The description names the unit. */
export const nullableCount = (description: string) => nullable(count(), description);
export const nullableUrl = (description: string) => nullable(Type.String({ maxLength: longestUrl }), description);
export const nullableFlag = (description: string) => nullable(Type.Boolean(), description);
export const nullableEnum = <const Values extends string[]>(values: readonly [...Values], description: string) =>
  nullable(Type.Enum([...values]), description);
/** Of a change that was found by asking, after a lost connection. */
export const estimatedFlag = Type.Optional(
  Type.Boolean({
    description: 'True where the change was not seen but found by asking the phone system: its time is that of asking.',
  }),
);
/** Of what became of a call meanwhile. */
export const inferredFlag = Type.Optional(
  Type.Boolean({ description: 'True where the moment was not seen but had to be inferred, after a lost connection.' }),
);
/** Missing on ingest, it becomes the empty list. */
export const textList = (description: string) => Type.Array(text(), { maxItems: mostItems, default: [], description });

function describe(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description };
}
