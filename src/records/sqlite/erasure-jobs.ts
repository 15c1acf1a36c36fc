/** Orders of erasures in SQLite. The number lies there in base 64: nobody who looks for its digits finds them here. */
import type { DatabaseSync } from 'node:sqlite';
import { metaFacts } from '../../sqlite/meta.ts';
import type { Alongside } from '../alongside.ts';
import type { ErasureOrder, ErasureProgress, StoredErasure } from '../erasure-store.ts';
import type { WriteAlongside } from './alongside-jobs.ts';

const encode = (spellings: readonly string[] | null): string | null =>
  spellings && Buffer.from(JSON.stringify(spellings)).toString('base64');
const decode = (target: string | null): readonly string[] | null =>
  target === null ? null : (JSON.parse(Buffer.from(target, 'base64').toString()) as string[]);

const isOverForNumber = ({ stage }: ErasureProgress): boolean => stage === null || stage === 'disk';

export function erasureWriteJobs(db: DatabaseSync, writeAlongside: WriteAlongside) {
  const meta = metaFacts(db);
  const takeNumber = db.prepare(`
    INSERT INTO meta VALUES ('erasure.lastNumber', '1') ON CONFLICT (name) DO UPDATE
      SET value = CAST(value AS INTEGER) + 1 RETURNING CAST(value AS INTEGER) AS number`);
  const put = db.prepare('INSERT INTO erasures VALUES (?, ?, ?, ?)');
  const mark = db.prepare('UPDATE erasures SET progress = ?, target = iif(?, NULL, target) WHERE number = ?');
  const remove = db.prepare('DELETE FROM erasures WHERE number = ?');
  return {
    'erasures.nextNumber': (): number => (takeNumber.get() as { number: number }).number,
    'erasures.put': (input: { readonly erasure: StoredErasure; readonly alongside: Alongside | undefined }): void => {
      const { order, progress, spellings } = input.erasure;
      meta.raise('erasure.lastNumber', order.number);
      put.run(order.number, JSON.stringify(order), JSON.stringify(progress), encode(spellings));
      writeAlongside(input.alongside);
    },
    'erasures.mark': (input: { readonly number: number; readonly progress: ErasureProgress }): void => {
      mark.run(JSON.stringify(input.progress), isOverForNumber(input.progress) ? 1 : 0, input.number);
    },
    'erasures.remove': (numbers: readonly number[]): void => {
      for (const number of numbers) remove.run(number);
    },
  };
}

interface Row {
  readonly body: string;
  readonly progress: string;
  readonly target: string | null;
}

/** Rows given at once. */
const page = 500;

export function erasureReadJobs(db: DatabaseSync) {
  const after = db.prepare(
    `SELECT body, progress, target FROM erasures WHERE number > ? ORDER BY number LIMIT ${page}`,
  );
  return {
    'erasures.after': ({ number }: { readonly number: number }): readonly StoredErasure[] =>
      (after.all(number) as unknown as Row[]).map(({ body, progress, target }) => ({
        order: JSON.parse(body) as ErasureOrder,
        progress: JSON.parse(progress) as ErasureProgress,
        spellings: decode(target),
      })),
  };
}
