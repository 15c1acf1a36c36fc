import { ReceiverProblem } from './problem.ts';

/**
 * Headers of a request, names in any case: those of `fetch`, or Node's. Of Node's two, `request.headersDistinct` is the
 * better one: it shows a header that was sent twice as two.
 */
export type RequestHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The one value of a header; null where it is not there.
 * @throws ReceiverProblem `malformed_header` where it was sent more than once: two readers might take one each
 */
export function headerOf(headers: RequestHeaders, name: string): string | null {
  const values = valuesOf(headers, name);
  if (values.length > 1) throw new ReceiverProblem('malformed_header', `${name} was sent more than once`, name);
  return values[0] ?? null;
}

function valuesOf(headers: RequestHeaders, name: string): readonly string[] {
  if (isFetchHeaders(headers)) {
    const value = headers.get(name);
    return value === null ? [] : [value];
  }
  const named = Object.keys(headers).filter((key) => key.toLowerCase() === name);
  return named.flatMap((key) => headers[key] ?? []);
}

const isFetchHeaders = (headers: RequestHeaders): headers is { get(name: string): string | null } =>
  typeof headers.get === 'function';
