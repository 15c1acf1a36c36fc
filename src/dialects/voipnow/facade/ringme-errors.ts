/** Errors as the clients of Ringme and Telphin read them: `message`, and beside it a code for programs. */
import type { JsonAnswer, Refusal, Refused } from '../../facade.ts';

/** What Offhook calls the fields, and how the vendor does. */
const fields: Readonly<Record<string, string>> = {
  'endpoint.url': 'url',
  'endpoint.method': 'method',
  'scope.extension': 'extension',
};

export const invalidField = (field: string, message: string): Refused => ({
  refusal: { status: 400, code: 'invalid_field', field, message: `${field}: ${message}` },
});

/** Says the same of what is not there and of what is not the caller's. */
export const notFound = (what: string): Refused => ({
  refusal: { status: 404, code: 'not_found', field: null, message: `There is no such ${what}.` },
});

export function ringmeRefusal({ status, code, field, message }: Refusal): JsonAnswer {
  const known = field === null ? undefined : fields[field];
  return {
    status,
    body: { message: known === undefined ? message : message.replaceAll(field ?? '', known), code },
  };
}
