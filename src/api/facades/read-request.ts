import type { FastifyRequest } from 'fastify';
import type { FacadeRequest } from '../../dialects/facade.ts';
import { formFields, readFields } from '../bodies/read-fields.ts';
import type { Problem } from '../problems/problem.ts';

/** What a facade is asked, or why that can't be read. */
export function readRequest(
  request: FastifyRequest,
  base: string,
): { readonly value: FacadeRequest } | { readonly problem: Problem } {
  const query = formFields(request.url.split('?', 2)[1] ?? '');
  if ('wrong' in query) return { problem: { code: 'malformed_body', detail: `The query: ${query.wrong}` } };
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  const read = readFields(request.headers['content-type'], body);
  if ('wrong' in read) {
    const code = read.isMediaType ? 'media_type_unsupported' : 'malformed_body';
    const remedy = read.isMediaType ? 'No other kinds are understood here.' : 'Send it again as it should be.';
    return { problem: { code, detail: read.wrong, remedy } };
  }
  return {
    value: {
      params: request.params as Readonly<Record<string, string>>,
      query: query.fields,
      body: read.fields,
      root: `${request.protocol}://${request.host}${inFront(request.originalUrl, base)}`,
      path: request.url,
    },
  };
}

const inFront = (path: string, base: string): string => path.slice(0, Math.max(0, path.indexOf(base)));
