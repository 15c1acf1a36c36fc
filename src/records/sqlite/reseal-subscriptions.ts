import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { Seal } from './seal.ts';
import { purposeOf } from './subscription-codec.ts';

/**
 * Seals anew what was sealed by a former key, or in a former way. To be called before anybody else writes
 * subscriptions. A crash leaves some of both, which the next start goes on with.
 * @returns how many there were
 * @throws where one can't be opened: nothing of it is changed then
 */
export async function resealSubscriptions(engine: SqliteEngine, seal: Seal): Promise<number> {
  let resealed = 0;
  for (let last = 0; ; ) {
    const rows = await engine.read('subscriptions.after', { number: last });
    if (rows.length === 0) return resealed;
    const stale = rows.filter(({ secrets }) => !seal.isCurrent(secrets));
    const fresh = stale.map(({ number, secrets }) => {
      const purpose = purposeOf(number);
      return { number, secrets: seal.seal(seal.open(secrets, purpose), purpose) };
    });
    if (fresh.length > 0) await engine.write('subscriptions.reseal', fresh);
    resealed += fresh.length;
    last = rows.at(-1)?.number ?? last;
  }
}
