/** One step of the schema, run once, in its own transaction, in order of its number. */
export interface Migration {
  /** 1, 2, 3, …; the database remembers the last one it has seen (`PRAGMA user_version`). */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}
