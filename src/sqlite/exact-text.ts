/**
 * SQLite text is UTF-8, which can't say a lone surrogate: stored as they are, two different ids could become the same
 * one. Such text is kept as its JSON form (and so is what begins like it), everything else as it is.
 */
export function toExactText(text: string): string {
  return text.isWellFormed() && !text.startsWith('"') ? text : JSON.stringify(text);
}

export function fromExactText(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
