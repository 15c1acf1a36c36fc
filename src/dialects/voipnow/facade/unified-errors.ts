/** Errors as UnifiedAPI's clients read them: `error.code` and `error.message`. */
import type { JsonAnswer, Refusal, Refused } from '../../facade.ts';

export type UnifiedCode =
  | 'pcet_type_invalid'
  | 'pce_type_invalid'
  | 'pce_method_invalid'
  | 'pce_id_invalid'
  | 'pce_url_invalid'
  | 'pce_status_invalid'
  | 'pce_note_invalid'
  | 'extension_invalid'
  | 'user_invalid'
  | 'parameter_invalid';

/** 400: a value is not right. */
export const invalid = (code: UnifiedCode, field: string, message: string): Refused => ({
  refusal: { status: 400, code, field, message },
});

/** What Offhook calls the fields, and how the vendor does: in the code, and in the text. */
const fields: Readonly<Record<string, { readonly code: UnifiedCode; readonly name: string }>> = {
  'endpoint.url': { code: 'pce_url_invalid', name: 'url' },
  'endpoint.method': { code: 'pce_method_invalid', name: 'method' },
  notes: { code: 'pce_note_invalid', name: 'note' },
  enabled: { code: 'pce_status_invalid', name: 'status' },
  'scope.extension': { code: 'extension_invalid', name: 'extension' },
};

const byProblem: Readonly<Record<string, string>> = {
  token_missing: 'access_denied',
  token_wrong: 'access_denied',
  token_expired: 'access_denied',
  kind_not_allowed: 'access_denied',
  outside_scope: 'access_denied',
  route_not_found: 'request_not_implemented',
  method_not_allowed: 'request_not_implemented',
  internal: 'internal_server_error',
};

export function unifiedRefusal({ status, code, field, message }: Refusal): JsonAnswer {
  const known = field === null ? undefined : fields[field];
  const isInvalid = status === 400 && known !== undefined;
  const said = known === undefined ? message : message.replaceAll(field ?? '', known.name);
  return {
    status,
    body: { error: { code: isInvalid ? known.code : (byProblem[code] ?? code), message: said } },
  };
}
