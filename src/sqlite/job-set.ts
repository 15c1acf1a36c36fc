/** What one storage thread can do: named functions over its connection, with plain values in and out. */
export interface JobSet {
  readonly jobs: Readonly<Record<string, (input: never) => unknown>>;
  /** Drops what was remembered of the database's contents: a transaction was rolled back. */
  forget(): void;
}

/** A job by name, its types erased at the thread's border. */
export type AnyJob = (input: unknown) => unknown;

export function jobNamed(set: JobSet, kind: string): AnyJob {
  if (!Object.hasOwn(set.jobs, kind)) throw new Error(`no storage job is called ${kind}`);
  return set.jobs[kind] as AnyJob;
}
