/** Why a management API did not do what it was asked to, in either vendor's form. */
import type { RemoteAnswer, RemoteResult, RemoteTrouble } from '../../../model/remote-registry.ts';

type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** Numbers come as numbers or as texts. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** VoipNow puts them under `error`, Ringme and Telphin beside each other; OAuth servers have `error` as a text. */
function saidOf(body: unknown): { readonly code: string; readonly message: string } {
  const fields = fieldsOf(body);
  const inner = fieldsOf(fields['error']);
  const pick = (...values: readonly unknown[]): string => values.map(textOf).find((text) => text !== null) ?? '';
  return {
    code: pick(inner['code'], fields['code'], fields['error']),
    message: pick(inner['message'], fields['message'], fields['error_description']),
  };
}

/** The vendors give no code for it in public: the word is all there is to go by. */
const limitWord = /limit|quota|too many|maximum number|лимит/i;
/** Of an extension or an event that is not there. */
const goneCodes = new Set(['extension_invalid', 'pce_id_invalid', 'not_found']);

/** Null: it was done. */
export function troubleIn(answer: { readonly status: number; readonly body: unknown }): RemoteTrouble | null {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const { code, message } = saidOf(answer.body);
  const said = [code, message].filter((part) => part !== '').join(': ');
  return { kind: kindOf(status, code, said), message: said === '' ? `status ${status}` : `status ${status}, ${said}` };
}

function kindOf(status: number, code: string, said: string): RemoteTrouble['kind'] {
  if (status === 401) return 'credentials';
  if (status === 408 || status === 429 || status >= 500) return 'unavailable';
  if (status === 404 || status === 410 || goneCodes.has(code)) return 'gone';
  return limitWord.test(said) ? 'limit' : 'refused';
}

/** What an answer gives, where it was done. */
export function resultOf<T>(answer: RemoteAnswer, read: (body: unknown) => RemoteResult<T>): RemoteResult<T> {
  if ('trouble' in answer) return answer;
  const trouble = troubleIn(answer);
  return trouble ? { trouble } : read(answer.body);
}

export const unreadable = (what: string): { readonly trouble: RemoteTrouble } => ({
  trouble: { kind: 'refused', message: `it answered ${what}; is its address the one of the API?` },
});

export const done = (): RemoteResult<null> => ({ value: null });
