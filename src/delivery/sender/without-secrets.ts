/** Takes out of a text what of it is secret, in the forms in which receivers repeat what they were sent. */
export interface SentSecret {
  readonly value: string;
  /** What stands in its place where it was repeated. */
  readonly shownAs: string;
  /** Lower-case names it is told by: of its header, of its scheme. A value too short to be looked for goes by them. */
  readonly names: readonly string[];
}

/** One form of a secret. */
export interface SecretForm {
  readonly text: string;
  /** Null: wherever it stands; else only where this matches, in whose first group its name is. */
  readonly named: RegExp | null;
  readonly shownAs: string;
}

/** Characters. Shorter ones come up in any text by chance, and are taken out only where their name stands before them. */
const shortest = 6;

export function formsOf(secrets: readonly SentSecret[]): readonly SecretForm[] {
  const forms = secrets.flatMap(({ value, shownAs, names }) =>
    writtenForms(value).map((text) => {
      const named = value.length < shortest ? namedPattern(text, names) : null;
      return { text, named, shownAs };
    }),
  );
  // One may be a part of another.
  return forms.sort((one, other) => other.text.length - one.text.length);
}

/** @param isCut it was longer: what it ends with may be the beginning of a secret */
export function withoutSecrets(text: string, forms: readonly SecretForm[], isCut: boolean): string {
  let clean = text;
  for (const { text: form, named, shownAs } of forms) {
    clean = named
      ? clean.replace(named, (_all, name: string) => name + shownAs)
      : clean.replaceAll(form, () => shownAs);
  }
  return isCut ? withoutBegun(clean, forms) : clean;
}

const htmlNames: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** As it is, in JSON, in a URL, in a form, in HTML: often all the same. */
function writtenForms(secret: string): readonly string[] {
  const value = secret.toWellFormed();
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const percent = encodeURIComponent(value);
  const lowerPercent = percent.replace(/%../g, (escape) => escape.toLowerCase());
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  const html = value.replace(/[&<>"']/g, (character) => htmlNames[character] as string);
  // PHP escapes slashes in JSON.
  const slashes = [json, ascii].map((text) => text.replaceAll('/', '\\/'));
  return [...new Set([value, json, ascii, ...slashes, percent, lowerPercent, form, html])];
}

const escaped = (text: string): string => text.replace(/[^\p{L}\p{N}\s_]/gu, '\\$&');
/** `X-Key` may come back as `x_key`, as in the names of CGI. */
const anyDash = (name: string): string => name.split(/[-_]/).map(escaped).join('[-_]');
/** What stands between a name and its value: `: `, `":"`, ` => `, `&quot;: &quot;`. */
const between = '(?:[^a-z0-9]|&[a-z0-9#]{1,6};){1,12}?';

function namedPattern(form: string, names: readonly string[]): RegExp {
  const before = `(?<![a-z0-9])(?:${names.map(anyDash).join('|')})${between}`;
  return new RegExp(`(${before})${escaped(form)}(?![a-z0-9])`, 'gi');
}

function withoutBegun(text: string, forms: readonly SecretForm[]): string {
  let end = text.length;
  for (const form of forms) end = Math.min(end, text.length - begunAtEnd(text, form.text));
  return text.slice(0, end);
}

/** Characters of a secret that a text ends with. */
function begunAtEnd(text: string, secret: string): number {
  let length = Math.min(text.length, secret.length);
  while (length > 0 && !text.endsWith(secret.slice(0, length))) length--;
  return length;
}
