/** The fields of a body, whether it came as a JSON object or as a form: what clients of old APIs send, they send either way. */
export type Fields = ReadonlyMap<string, readonly unknown[]>;

export type FieldsRead = { readonly fields: Fields } | { readonly wrong: string; readonly isMediaType?: true };

/** So many fields have no body that anybody means. */
const mostFields = 1_000;
const noFields: Fields = new Map();

/** @param type the Content-Type; undefined: it is looked at what the body is */
export function readFields(type: string | undefined, bytes: Uint8Array): FieldsRead {
  if (bytes.length === 0) return { fields: noFields };
  const media = (type ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const text = decoded(bytes);
  if (text === null) return { wrong: 'The body is not UTF-8.' };
  if (media === 'application/x-www-form-urlencoded') return formFields(text);
  if (media === '' || media === 'application/json' || media === 'text/json' || media.endsWith('+json')) {
    return jsonFields(text);
  }
  return { wrong: 'Send the body as application/json or application/x-www-form-urlencoded.', isMediaType: true };
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function formFields(text: string): FieldsRead {
  const fields = new Map<string, unknown[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > mostFields) return { wrong: `There are more than ${mostFields} fields.` };
    const known = fields.get(name);
    if (known) known.push(value);
    else fields.set(name, [value]);
  }
  return { fields };
}

function jsonFields(text: string): FieldsRead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { wrong: 'The body is not valid JSON.' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { wrong: 'The body is no JSON object.' };
  const entries = Object.entries(value);
  if (entries.length > mostFields) return { wrong: `There are more than ${mostFields} fields.` };
  return { fields: new Map(entries.map(([name, one]) => [name, [one]])) };
}
