/** Edits between two words (a letter added, left out, changed, or two neighbours swapped), counted up to `most`. */
function edits(one: string, two: string, most: number): number {
  if (Math.abs(one.length - two.length) > most) return most + 1;
  let above: number[] = [];
  let row = Array.from({ length: two.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= two.length; j++) {
      const change = one[i - 1] === two[j - 1] ? 0 : 1;
      let fewest = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + change);
      const swapped = i > 1 && j > 1 && one[i - 1] === two[j - 2] && one[i - 2] === two[j - 1];
      if (swapped) fewest = Math.min(fewest, (above[j - 2] as number) + 1);
      next[j] = fewest;
    }
    above = row;
    row = next;
  }
  return row[two.length] as number;
}

/** Up to `most` known words that a misspelt one was probably meant to be, likeliest first. */
export function closest(word: string, known: readonly string[], most = 3): readonly string[] {
  if (word.length > 100) return [];
  const wanted = word.trim().toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return known
    .map((candidate) => ({ candidate, count: edits(wanted, candidate.toLowerCase(), limit) }))
    .filter(({ count }) => count <= limit)
    .sort((one, other) => one.count - other.count)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** The known word that was probably meant by a misspelt one; null where nothing is close. */
export function nearest(word: string, known: readonly string[]): string | null {
  return closest(word, known, 1)[0] ?? null;
}
