/** Why a filter was refused, and where: line and column count from 1, columns in characters as an editor does. */
export interface FilterProblem {
  readonly message: string;
  readonly remedy: string;
  readonly line: number;
  readonly column: number;
  /** The line at fault and, below it, a caret under the column; long lines are cut around it. */
  readonly excerpt: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Characters of the line that an excerpt shows. */
const shown = 80;
const lead = 40;

/** @param at offset in code units */
export function positionOf(source: string, at: number): Position {
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
}

export function problemAt(source: string, at: number, message: string, remedy: string): FilterProblem {
  const { line, column } = positionOf(source, at);
  return { message, remedy, line, column, excerpt: excerptOf(source, line, column) };
}

function excerptOf(source: string, line: number, column: number): string {
  // What would move the caret, or is not to be seen, is shown as a space.
  const characters = Array.from((source.split('\n')[line - 1] ?? '').replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' '));
  const from = column - 1 > shown - 10 ? column - 1 - lead : 0;
  const text = characters.slice(from, from + shown).join('');
  return `${text}\n${' '.repeat(column - 1 - from)}^`;
}
