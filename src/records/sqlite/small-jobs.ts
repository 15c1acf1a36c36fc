/** Jobs of the small stores: live calls, settings, remembered answers. */
import type { DatabaseSync } from 'node:sqlite';
import { fromExactText, toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import type { RememberedAnswer } from '../idempotency-store.ts';
import { type FlatValue, type FlatValues, forEachRow } from './flat.ts';

/** Answers forgotten in one transaction at most, so that a commit of others waits a few milliseconds. */
const mostForgotten = 500;
const cursorName = 'liveCalls.cursor';

interface LiveCallsInput {
  /** From the cursor that is stored nothing can be found any more. */
  readonly forget: boolean;
  readonly put: FlatValues;
  readonly remove: FlatValues;
  /** Null while more pieces follow. */
  readonly place: LiveCallsPlace | null;
}

interface LiveCallsPlace {
  readonly log: string;
  readonly cursor: number;
}

interface LiveCallsAfter {
  readonly domain: string;
  readonly callId: string;
  readonly limit: number;
}

interface AnswerKey {
  readonly caller: string;
  readonly key: string;
}

function liveCallWriteJobs(db: DatabaseSync) {
  const put = db.prepare('INSERT OR REPLACE INTO live_calls VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM live_calls WHERE domain = ? AND call_id = ?');
  const meta = metaFacts(db);
  return {
    'liveCalls.save': (input: LiveCallsInput): void => {
      if (input.forget) meta.remove(cursorName);
      forEachRow(input.remove, 2, (key) => void remove.run(...key.map((text) => toExactText(text as string))));
      forEachRow(input.put, 4, ([domain, call, seq, legs]) => {
        put.run(toExactText(domain as string), toExactText(call as string), seq as number, legs as string);
      });
      if (input.place) meta.put(cursorName, JSON.stringify([input.place.log, input.place.cursor]));
    },
  };
}

function liveCallReadJobs(db: DatabaseSync) {
  const meta = metaFacts(db);
  const all = db.prepare('SELECT domain, call_id, seq, legs FROM live_calls ORDER BY domain, call_id');
  all.setReturnArrays(true);
  const keysAfter = db.prepare(
    'SELECT domain, call_id FROM live_calls WHERE (domain, call_id) > (?, ?) ORDER BY domain, call_id LIMIT ?',
  );
  keysAfter.setReturnArrays(true);

  function place(): LiveCallsPlace | null {
    const stored = meta.text(cursorName);
    if (stored === null) return null;
    const [log, cursor] = JSON.parse(stored) as [string, number];
    return { log, cursor };
  }

  return {
    'liveCalls.place': place,
    'liveCalls.keysAfter': ({ domain, callId, limit }: LiveCallsAfter): FlatValues => {
      const rows = keysAfter.all(toExactText(domain), toExactText(callId), limit) as unknown as string[][];
      return rows.flat().map(fromExactText);
    },
    'liveCalls.load': () => {
      const stored = place();
      if (stored === null) return null;
      const calls = (all.all() as unknown as FlatValue[][]).flatMap(([domain, call, seq, legs]) => [
        fromExactText(domain as string),
        fromExactText(call as string),
        seq as number,
        legs as string,
      ]);
      return { ...stored, calls };
    },
  };
}

export function smallWriteJobs(db: DatabaseSync) {
  const meta = metaFacts(db);
  const remember = db.prepare('INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?)');
  const forgetOne = db.prepare('DELETE FROM answers WHERE caller = ? AND key = ?');
  const forget = db.prepare(
    `DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers WHERE at < ? ORDER BY at LIMIT ${mostForgotten})`,
  );
  return {
    ...liveCallWriteJobs(db),
    'settings.set': ({ name, value }: { readonly name: string; readonly value: string }): void => {
      meta.put(`setting.${toExactText(name)}`, toExactText(value));
    },
    'answers.remember': ({ caller, key, answer }: AnswerKey & { readonly answer: RememberedAnswer }): void => {
      const { request, status, body, at } = answer;
      remember.run(toExactText(caller), toExactText(key), request, status, toExactText(body), Math.round(at));
    },
    'answers.forget': ({ caller, key }: AnswerKey): void => {
      forgetOne.run(toExactText(caller), toExactText(key));
    },
    'answers.forgetBefore': ({ at }: { readonly at: number }): { more: boolean } => ({
      more: forget.run(at).changes === mostForgotten,
    }),
  };
}

export function smallReadJobs(db: DatabaseSync) {
  const meta = metaFacts(db);
  const recall = db.prepare('SELECT request, status, body, at FROM answers WHERE caller = ? AND key = ?');
  return {
    ...liveCallReadJobs(db),
    'settings.get': ({ name }: { readonly name: string }): string | null => {
      const stored = meta.text(`setting.${toExactText(name)}`);
      return stored === null ? null : fromExactText(stored);
    },
    'answers.recall': ({ caller, key }: AnswerKey): RememberedAnswer | null => {
      const row = recall.get(toExactText(caller), toExactText(key)) as RememberedAnswer | undefined;
      return row ? { ...row, body: fromExactText(row.body) } : null;
    },
  };
}
