import type { Type } from 'typebox';

interface Described {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Described[];
  readonly items?: Described;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

/** What a schema asks for, in a few words: `a whole number from 0, or null`. */
export function expectationOf(schema: Type.TSchema): string {
  return phrase(schema);
}

function phrase(schema: Described): string {
  if (schema.anyOf) return schema.anyOf.map(phrase).join(', or ');
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema.format === 'date-time') return 'an RFC 3339 time';
  if (schema.type === 'string') return textPhrase(schema);
  if (schema.type === 'integer' || schema.type === 'number') return numberPhrase(schema);
  if (schema.type === 'array') return listPhrase(schema);
  return { boolean: 'true or false', null: 'null', object: 'an object' }[schema.type ?? ''] ?? 'any value';
}

function textPhrase({ pattern, maxLength }: Described): string {
  if (pattern !== undefined) return `text that matches ${pattern}`;
  return maxLength === undefined ? 'text' : `text of at most ${maxLength} characters`;
}

function numberPhrase({ minimum, maximum }: Described): string {
  return `a whole number${minimum === undefined ? '' : ` from ${minimum}`}${maximum === undefined ? '' : ` to ${maximum}`}`;
}

function listPhrase({ items, maxItems }: Described): string {
  const most = maxItems === undefined ? '' : ` of at most ${maxItems}`;
  return items === undefined ? `a list${most}` : `a list${most}, each ${phrase(items)}`;
}
