import { Type, type TSchema } from 'typebox';
import { utcTime } from '../../model/ingest/time.ts';

/** A page of a list: what to pass as `cursor` for the next one, or null at the end. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Pass as `cursor` for the next page; null at the end.',
    }),
  });

export const CursorQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 64, pattern: '^[0-9]+$', description: '`next` of the page before.' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'Most items to answer with.' }),
  ),
};

export const CascadeQuery = Type.Object(
  {
    cascade: Type.Optional(Type.Boolean({ default: false, description: 'Removes what hangs on it, too.' })),
  },
  { additionalProperties: false },
);

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: '`urn:offhook:problem:CODE`' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable; see the list of errors.' }),
    detail: Type.Optional(Type.String({ description: 'What is wrong this time.' })),
    field: Type.Optional(Type.String({ description: 'The field at fault, as it was written.' })),
    remedy: Type.String({ description: 'What to do.' }),
    requestId: Type.String({ description: 'Finds the request in the server’s log.' }),
  },
  { additionalProperties: true },
);

export const nullable = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });

export const Time = Type.String({ format: 'date-time', maxLength: 64 });

/** Milliseconds of a text that has matched `Time`: both mean `utcTime`, of which `Date.parse` reads less and more. */
export function msOfTime(text: string): number {
  const time = utcTime(text);
  if (time === null) throw new Error('a time was not checked against its schema');
  return Date.parse(time);
}
