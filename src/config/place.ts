/** Where a value was written. */
export type Place =
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly from: 'environment'; readonly name: string }
  | { readonly from: 'flag'; readonly name: string };

export function showPlace(place: Place): string {
  if (place.from === 'file') return `${place.file}:${place.line}:${place.column}`;
  return place.from === 'flag' ? place.name : `environment ${place.name}`;
}

/** A mistake in the configuration, in terms of who wrote it. */
export interface ConfigProblem {
  readonly place: Place | null;
  /** Path of the key, `server.port`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
  readonly remedy: string;
}

export function showProblem(problem: ConfigProblem): string {
  const where = problem.place ? `${showPlace(problem.place)}: ` : '';
  const key = problem.key === '' ? '' : `${problem.key}: `;
  return `${where}${key}${problem.message}; ${problem.remedy}`;
}
