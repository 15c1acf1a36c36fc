/**
 * Validation of requests with typebox's own compiler: one library for schema, types and checks. Query and path values
 * are text, so they are converted first; bodies are taken as they are, so that `"5"` is not a number there.
 */
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Set as setFormat } from 'typebox/format';
import { Value } from 'typebox/value';
import { utcTime } from '../model/ingest/time.ts';
import { problemFromErrors } from './problems/validation.ts';
import type { Problem } from './problems/problem.ts';

// The library's own rule lets through what is no time to us (a zone in brackets): then it is not a time further on.
setFormat('date-time', (text) => utcTime(text) !== null);

/** Carries the problem through fastify's error path. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.code);
    this.problem = problem;
  }
}

export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = checkerFor(schema);
  const isText = httpPart !== 'body';
  return (value: unknown) => {
    // Fastify has null validated where there is no body; no schema here takes null.
    if (!isText && value === null) return { error: new InvalidRequest({ code: 'body_missing' }) };
    const given = isText ? Value.Convert(schema, Value.Clone(value)) : value;
    const result = check(Value.Default(schema, given));
    return 'problem' in result ? { error: new InvalidRequest(result.problem) } : { value: result.value };
  };
};

/** A check for one schema, compiled at its first use: most routes are never called in a small installation. */
export function checkerFor(
  schema: TSchema,
): (value: unknown, prefix?: string) => { readonly value: unknown } | { readonly problem: Problem } {
  let validator: ReturnType<typeof Compile> | null = null;
  return (value, prefix = '') => {
    validator ??= Compile(schema);
    if (validator.Check(value)) return { value };
    if (holdsMoreThan(value, mostLookedAt)) return { problem: tooMuchWrong };
    return { problem: problemFromErrors(validator.Errors(value), schema, prefix) };
  };
}

/** No body that is documented, and not an array of events, holds a tenth as many values. */
const mostLookedAt = 10_000;

/** Finding everything that is wrong with hundreds of thousands of values would hold up all others for seconds. */
const tooMuchWrong: Problem = {
  code: 'malformed_body',
  detail: `The body is not what is documented, and holds more than ${mostLookedAt} values.`,
  remedy: 'Send what the reference says this route takes.',
};

function holdsMoreThan(value: unknown, most: number): boolean {
  const left: unknown[] = [value];
  for (let count = 0; left.length > 0; count++) {
    if (count + left.length > most) return true;
    const one = left.pop();
    if (typeof one !== 'object' || one === null) continue;
    const parts = Object.values(one);
    if (parts.length > most) return true;
    left.push(...parts);
  }
  return false;
}
