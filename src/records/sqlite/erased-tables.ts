/** Which tables may hold a person's number, in which text, and how it is erased from there. */
import type { AuditEntry } from '../../model/audit.ts';
import { eraseFailure } from '../../model/erasure/erase-runs.ts';
import { eraseAudit, eraseAnswer } from '../../model/erasure/erase-text.ts';
import type { ErasedNumber } from '../../model/erasure/erased-number.ts';
import { eraseEvent } from '../../model/erasure/erase-event.ts';
import type { NewEvent } from '../../model/event.ts';
import { fromExactText, toExactText } from '../../sqlite/exact-text.ts';
import type { ErasedRecords } from '../erasure-store.ts';

export interface ErasedTable {
  readonly table: string;
  readonly key: string;
  readonly text: string;
  /** What else says whose a row is. */
  readonly owner: string;
  readonly erase: (text: string, number: ErasedNumber) => string;
}

/** Rewrites what JSON says; the same text where nothing changed. */
const inJson =
  <T>(erase: (value: T, number: ErasedNumber) => T) =>
  (text: string, number: ErasedNumber): string => {
    const value = JSON.parse(text) as T;
    const erased = erase(value, number);
    return erased === value ? text : JSON.stringify(erased);
  };

/** Calls are rewritten by their own job, since their keys go with them. */
export const erasedTables: Readonly<Record<Exclude<ErasedRecords, 'calls'>, ErasedTable>> = {
  outbox: { table: 'outbox', key: 'row', text: 'event', owner: 'NULL', erase: inJson<NewEvent>(eraseEvent) },
  attempts: { table: 'attempts', key: 'row', text: 'detail', owner: 'subscription', erase: eraseFailure },
  counters: {
    table: 'counters',
    key: 'subscription',
    text: 'last_error',
    owner: 'subscription',
    erase: eraseFailure,
  },
  audit: { table: 'audit', key: 'number', text: 'body', owner: 'NULL', erase: inJson<AuditEntry>(eraseAudit) },
  answers: {
    table: 'answers',
    key: 'rowid',
    text: 'body',
    owner: 'caller',
    erase: (text, number) => {
      const body = fromExactText(text);
      const erased = eraseAnswer(body, number);
      return erased === body ? text : toExactText(erased);
    },
  },
};
