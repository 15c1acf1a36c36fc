/**
 * The entries calls are found by: their keys, and how their numbers begin. Whoever takes a key away takes both, since a
 * number that is to be found no more stands in each of them.
 */
import type { DatabaseSync } from 'node:sqlite';
import { beginningsOf } from './call-beginnings.ts';

export function callEntryWriter(db: DatabaseSync) {
  const addKey = db.prepare('INSERT OR IGNORE INTO call_keys VALUES (?, ?, ?)');
  const removeKey = db.prepare('DELETE FROM call_keys WHERE key = ? AND started_at = ? AND call = ?');
  const addBeginning = db.prepare('INSERT OR IGNORE INTO call_beginnings VALUES (?, ?, ?, ?, ?)');
  const removeBeginning = db.prepare(
    'DELETE FROM call_beginnings WHERE beginning = ? AND started_at = ? AND call = ? AND rest = ?',
  );
  return {
    enter(key: string, startedAt: number, call: number, domain: number): void {
      addKey.run(key, startedAt, call);
      for (const [beginning, rest] of beginningsOf(key)) addBeginning.run(beginning, startedAt, call, rest, domain);
    },
    forget(key: string, startedAt: number, call: number): void {
      removeKey.run(key, startedAt, call);
      for (const [beginning, rest] of beginningsOf(key)) removeBeginning.run(beginning, startedAt, call, rest);
    },
  };
}
