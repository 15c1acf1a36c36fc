/** Which headers a user may set on notifications, and which belong to HTTP itself or to Offhook. */
const names: ReadonlyMap<string, string> = new Map([
  ...['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'proxy-connection'].map(ofHttp),
  ...['upgrade', 'te', 'trailer', 'expect', 'http2-settings', 'proxy-authorization'].map(ofHttp),
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-correlation-id'].map(ofOffhook),
]);

function ofHttp(name: string): [string, string] {
  return [name, 'belongs to the connection'];
}

function ofOffhook(name: string): [string, string] {
  return [name, 'is set by Offhook'];
}

const maxHeaders = 50;
const maxHeaderBytes = 8_192;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Printable characters of ISO 8859-1 and tab, none of them at the ends: no line break, and none that becomes one. */
const value = /^(?:[\x21-\x7e\xa0-\xff](?:[\t\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?)?$/;

export interface HeaderProblem {
  /** As the user wrote it. */
  readonly header: string;
  readonly message: string;
}

/** @returns why this header is not the user's to set; null: it is. */
export function reservedHeader(name: string): string | null {
  const lower = name.toLowerCase();
  if (lower.startsWith('x-offhook-')) return 'is set by Offhook';
  return names.get(lower) ?? null;
}

export const isHeaderName = (name: string): boolean => token.test(name);
export const isHeaderValue = (text: string): boolean => value.test(text);

function problemOf(name: string, text: string): string | null {
  if (!isHeaderName(name)) return 'is not a header name: use letters, digits and "-"';
  const reserved = reservedHeader(name);
  if (reserved !== null) return `${reserved} and cannot be set`;
  if (!isHeaderValue(text)) return 'has a value with characters a header cannot carry, or space at its ends';
  return null;
}

/** Checks headers a user wants on every notification. @returns the first one at fault; null: all are fine. */
export function checkCustomHeaders(headers: Readonly<Record<string, string>>): HeaderProblem | null {
  const seen = new Set<string>();
  let bytes = 0;
  for (const [name, text] of Object.entries(headers)) {
    const message = problemOf(name, text);
    if (message !== null) return { header: name, message };
    if (seen.has(name.toLowerCase())) return { header: name, message: 'is there twice' };
    seen.add(name.toLowerCase());
    bytes += name.length + text.length + 4;
    if (seen.size > maxHeaders) return { header: name, message: `is one more than the ${maxHeaders} headers allowed` };
    if (bytes > maxHeaderBytes)
      return { header: name, message: `makes the headers longer than ${maxHeaderBytes} bytes` };
  }
  return null;
}
