import type { Problem } from './problem.ts';

/** Errors of the HTTP layer, by the code fastify and node give them. */
const known: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'media_type_unsupported' },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: 'malformed_body',
    detail: 'The body is not valid JSON, or has a field __proto__.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'body_missing' },
  FST_ERR_CTP_EMPTY_TYPE: { code: 'media_type_unsupported', detail: 'There is no Content-Type.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'malformed_body',
    detail: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_BAD_URL: { code: 'route_not_found', detail: 'The path is not a valid URL path.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'route_not_found' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request_timeout' },
};

/** The problem that tells of this error, or null where it is a fault of the server itself. */
export function problemFromError(error: unknown): Problem | null {
  const { code, statusCode, name } = error as { code?: unknown; statusCode?: unknown; name?: unknown };
  if (typeof code === 'string' && Object.hasOwn(known, code)) return known[code] as Problem;
  if (name === 'LogFullError') return { code: 'log_full', retryAfter: 5 };
  if (error instanceof SyntaxError && statusCode === 400) return { code: 'malformed_body' };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return { code: 'malformed_body' };
  return null;
}
