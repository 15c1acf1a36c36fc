/** A place in a text that somebody wrote, as it is shown to them. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters, as an editor counts. */
  readonly column: number;
}

export interface TextPlace extends Position {
  /** The line and, below it, a caret under the column; long lines are cut around it. */
  readonly excerpt: string;
}

/** Characters of the line that an excerpt shows. */
const shown = 80;
const lead = 40;

/** @param at offset in code units */
export function positionIn(text: string, at: number): Position {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
}

export function placeIn(text: string, at: number): TextPlace {
  const { line, column } = positionIn(text, at);
  // What would move the caret, or is not to be seen, is shown as a space.
  const characters = Array.from((text.split('\n')[line - 1] ?? '').replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' '));
  const from = column - 1 > shown - 10 ? column - 1 - lead : 0;
  const cut = characters.slice(from, from + shown).join('');
  return { line, column, excerpt: `${cut}\n${' '.repeat(column - 1 - from)}^` };
}
