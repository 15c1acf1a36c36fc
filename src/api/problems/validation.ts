/** Tells of a value that does not match its schema, by the one field that is most likely at fault. */
import type { TLocalizedValidationError } from 'typebox/error';
import { nearest } from '../../kit/nearest.ts';
import type { Problem } from './problem.ts';

type SchemaError = TLocalizedValidationError;

/** @param prefix path of the value itself, where it is part of a greater one. */
export function problemFromErrors(errors: readonly SchemaError[], schema: object, prefix = ''): Problem {
  const candidates = withoutOtherBranches(errors.filter((error) => error.keyword !== 'boolean'));
  const unknown = candidates.find((error) => error.keyword === 'additionalProperties');
  if (unknown) return unknownField(unknown, schema, prefix);
  const error = candidates.find((each) => each.keyword !== 'anyOf') ?? candidates[0];
  if (!error) return { code: 'invalid_field', detail: 'The value is not right.' };
  if (error.keyword === 'required') return missingField(error, prefix);
  const field = fieldPath(prefix, error.instancePath);
  if (field === '') return { code: 'invalid_field', detail: `The body ${describe(error)}.` };
  return { code: 'invalid_field', field, detail: `${field} ${describe(error)}.` };
}

/**
 * A union reports what is wrong with each of its branches. Where they are told apart by a constant field (`kind`), only
 * the branch whose constant matched was meant.
 */
function withoutOtherBranches(errors: readonly SchemaError[]): readonly SchemaError[] {
  const unmeant = errors
    .filter((error) => error.keyword === 'const')
    .map((error) => /^(.*\/anyOf\/\d+)\//.exec(error.schemaPath)?.[1])
    .filter((branch) => branch !== undefined);
  const meant = errors.filter(
    (error) => !unmeant.some((branch) => error.schemaPath.startsWith(`${branch}/`) || error.schemaPath === branch),
  );
  return meant.some((error) => error.keyword !== 'anyOf') ? meant : errors;
}

function unknownField(error: SchemaError, schema: object, prefix: string): Problem {
  const [name] = (error.params as { additionalProperties: string[] }).additionalProperties;
  const field = fieldPath(prefix, `${error.instancePath}/${escapePointer(name ?? '')}`);
  const known = Object.keys((schemaAt(schema, error.schemaPath) as { properties?: object } | null)?.properties ?? {});
  const meant = nearest(name ?? '', known);
  const remedy = meant ? `Did you mean "${meant}"?` : `The fields here are ${known.join(', ')}.`;
  return {
    code: 'unknown_field',
    field,
    detail: `There is no field ${field}.`,
    ...(known.length > 0 ? { remedy } : {}),
  };
}

function missingField(error: SchemaError, prefix: string): Problem {
  const [name] = (error.params as { requiredProperties: string[] }).requiredProperties;
  const field = fieldPath(prefix, `${error.instancePath}/${escapePointer(name ?? '')}`);
  return { code: 'invalid_field', field, detail: `${field} is missing.` };
}

function describe(error: SchemaError): string {
  if (error.keyword === 'enum') {
    const values = error.params.allowedValues;
    return values.length <= 20 ? `must be one of ${values.join(', ')}` : error.message;
  }
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params.allowedValue)}`;
  if (error.keyword === 'format' && error.params.format === 'date-time') {
    return 'must be a time with date, time of day and offset, such as 2026-11-21T09:30:04.512Z';
  }
  return error.message;
}

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** A JSON pointer as people write it: `/endpoint/url` is `endpoint.url`, `/events/0` is `events[0]`. */
export function fieldPath(prefix: string, pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 100));
  return parts.reduce((path, part) => {
    if (/^\d+$/.test(part)) return `${path}[${part}]`;
    return path === '' ? part : `${path}.${part}`;
  }, prefix);
}

function schemaAt(schema: object, path: string): unknown {
  let here: unknown = schema;
  for (const part of path.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null) return null;
    here = (here as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return here;
}
