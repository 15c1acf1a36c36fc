/**
 * Parameters of a request, wherever they are: query, form or the first level of a JSON object. Text that is no UTF-8 is
 * read as Windows-1251, which phone systems in Russia still send names in.
 */
import { isUtf8 } from 'node:buffer';
import type { DecodeDoubt, IncomingRequest } from './decode.ts';

export interface ReadParameters {
  /** By name in small letters; of one that comes several times the first value that is not empty. */
  readonly values: ReadonlyMap<string, string>;
  readonly doubts: readonly DecodeDoubt[];
}

/** More are not looked at. */
const mostParameters = 200;
const longestName = 64;
export const longestValue = 4_096;

/** @returns null where the body is none of what it says it is */
export function readParameters({ query, contentType, body }: IncomingRequest): ReadParameters | null {
  const reader = new ParameterReader();
  const text = body === null ? new Uint8Array() : body;
  const isJson = /^application\/(?:[\w.+-]*\+)?json\b/i.test(contentType) || (contentType === '' && text[0] === 0x7b);
  if (isJson && text.length > 0) {
    if (!reader.json(text)) return null;
  } else reader.form(Buffer.from(text), charsetOf(contentType));
  reader.form(Buffer.from(query, 'latin1'), null);
  return { values: reader.values, doubts: reader.doubts };
}

const charsetOf = (contentType: string): string | null =>
  /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? null;

/** A number that is an id: `1733312345.10` is another than `1733312345.1`, and long ones lose their last digits. */
const asWritten = (_name: string, value: unknown, ...[context]: readonly { readonly source?: string }[]): unknown =>
  typeof value === 'number' ? (context?.source ?? value) : value;

class ParameterReader {
  readonly values = new Map<string, string>();
  readonly doubts: DecodeDoubt[] = [];

  form(bytes: Buffer, charset: string | null): void {
    let count = 0;
    for (let start = 0; start < bytes.length && count < mostParameters; count++) {
      const found = bytes.indexOf('&', start);
      const end = found === -1 ? bytes.length : found;
      const equals = bytes.subarray(start, end).indexOf('=');
      const nameEnd = equals === -1 ? end : start + equals;
      const name = this.#text(bytes.subarray(start, nameEnd), null, '');
      if (name !== '') this.#add(name, this.#text(bytes.subarray(Math.min(nameEnd + 1, end), end), charset, name));
      start = end + 1;
      if (count + 1 === mostParameters && start < bytes.length) this.#tooMany();
    }
  }

  json(bytes: Uint8Array): boolean {
    let read: unknown;
    try {
      read = JSON.parse(decode(Buffer.from(bytes), null).text, asWritten);
    } catch {
      return false;
    }
    if (typeof read !== 'object' || read === null || Array.isArray(read)) return false;
    const entries = Object.entries(read);
    if (entries.length > mostParameters) this.#tooMany();
    for (const [name, value] of entries.slice(0, mostParameters)) {
      const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (isPlain) this.#add(...this.#whole(name, String(value)));
      else if (value !== null)
        this.doubts.push({ kind: 'unknown_value', field: name.slice(0, longestName).toLowerCase() });
    }
    return true;
  }

  /** JSON may escape halves of characters. */
  #whole(name: string, value: string): [name: string, value: string] {
    const [wholeName, whole] = [name.toWellFormed(), value.toWellFormed()];
    if (wholeName !== name || whole !== value) {
      this.doubts.push({ kind: 'not_utf8', field: wholeName.slice(0, longestName).toLowerCase() });
    }
    return [wholeName, whole];
  }

  #tooMany(): void {
    this.doubts.push({ kind: 'cut_line', field: 'parameters' });
  }

  #add(name: string, value: string): void {
    const key = name.slice(0, longestName).toLowerCase();
    const cut = value.length > longestValue;
    if (cut) this.doubts.push({ kind: 'cut_line', field: key });
    // It may be cut in the midst of a character.
    const text = (cut ? value.slice(0, longestValue).toWellFormed() : value).trim();
    const known = this.values.get(key);
    if (known === undefined || known === '') this.values.set(key, text);
    else if (text !== '' && known !== text) this.doubts.push({ kind: 'contradiction', field: key });
  }

  #text(encoded: Buffer, charset: string | null, field: string): string {
    const { text, guessed } = decode(unescaped(encoded), charset);
    if (guessed) this.doubts.push({ kind: 'not_utf8', field: field.slice(0, longestName).toLowerCase() });
    return text;
  }
}

const plus = 0x2b;
const percent = 0x25;

/** `+` is a space, `%41` a byte; a `%` that stands before no two digits is itself. */
function unescaped(bytes: Buffer): Buffer {
  if (!bytes.includes(percent) && !bytes.includes(plus)) return bytes;
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const value = byte === percent ? hexAt(bytes, at + 1) : -1;
    if (value >= 0) at += 2;
    out[length++] = value >= 0 ? value : byte === plus ? 0x20 : byte;
  }
  return out.subarray(0, length);
}

function hexAt(bytes: Buffer, at: number): number {
  const high = digitOf(bytes[at]);
  const low = digitOf(bytes[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function digitOf(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const cyrillic = new TextDecoder('windows-1251');

function decode(bytes: Buffer, charset: string | null): { readonly text: string; readonly guessed: boolean } {
  const isNamed = charset !== null && /^(?:windows|cp)-?1251$/.test(charset);
  if (!isNamed && isUtf8(bytes)) return { text: bytes.toString(), guessed: false };
  return { text: cyrillic.decode(bytes), guessed: !isNamed };
}
