const longest = 256;

/** Of an answer's headers those that are asked for; of one that came several times the first. */
export function keptHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    const first = typeof value === 'string' ? value : value?.[0];
    if (first !== undefined) kept[name] = first.slice(0, longest);
  }
  return kept;
}
