/**
 * UTF-8 can't say half of a surrogate pair. JSON can, as in `"\ud800"`: stored, all such halves become the same
 * replacement character, and two ids one. So what has one is refused, be it a text or a field's name.
 */
export interface HalfCharacter {
  readonly message: string;
  readonly remedy: string;
}

/** @param field path of the text, or of what has a field of such a name; empty: the body or event itself */
export function halfCharacter(field: string, where: 'text' | 'name'): HalfCharacter {
  const subject = field === '' ? 'This' : `\`${field}\``;
  const what = where === 'text' ? 'half a character' : 'a field whose name has half a character';
  return {
    message: `${subject} has ${what} in it (\\ud800 to \\udfff without its other half).`,
    remedy: 'Send characters whole: both halves of a surrogate pair (\\ud83d\\ude00), or neither.',
  };
}
