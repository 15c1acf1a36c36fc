const singles: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};

/** Headers whose values Asterisk writes C-escaped, whatever channel prefix (`Dest`, `Transferer`, …) stands before. */
const escapedName = /(?:CallerIDName|ConnectedLineName|ChanVariable)$|^Value$/i;

/** Whether values of this header have to be unescaped. */
export function isEscapedHeader(name: string): boolean {
  return escapedName.test(name);
}

/** Undoes C escapes. An unknown escape stays as it is: better a visible backslash than a lost character. */
export function unescapeC(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replace(/\\(.)/gsu, (whole, letter: string) => singles[letter] ?? whole);
}

/**
 * Takes out control characters (a NUL would be refused by databases further on, an escape sequence could take over
 * an operator's terminal); tabs and line breaks become spaces.
 */
export function withoutControls(value: string): string {
  if (!hasControls(value)) return value;
  return value.replace(/[\t\n\v\f\r]+/gu, ' ').replace(/\p{Cc}/gu, '');
}

/** Nearly no value has any; looking is several times as fast as replacing nothing. */
function hasControls(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}
