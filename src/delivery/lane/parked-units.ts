import { deliveryId } from '../../model/delivery-id.ts';
import type { ParkedRow } from '../../records/delivery-store.ts';
import { type CallQueue, type Delivery, newUnit, type Unit } from './unit.ts';

/**
 * Parked units from their rows, which are in sequence order, put into their keys. What was attempted leads its key, alone
 * or as the batch it went out in; of the others the first of a key leads when nothing else does, the rest is behind it.
 */
export function parkedUnits(
  rows: readonly ParkedRow[],
  keyOf: (id: string) => CallQueue,
  dueAt: (row: ParkedRow) => number,
): { readonly units: Iterable<Unit>; readonly behind: number } {
  const units = new Map<string, { unit: Unit; deliveries: Delivery[] }>();
  let behind = 0;
  const lead = (row: ParkedRow, key: CallQueue): boolean => {
    const name = deliveryId(row.subscription, row.attempts > 0 ? row.batch : row.seq);
    const batch = units.get(name);
    if (key.head !== null && key.head !== batch?.unit) return false;
    const { subscription, seq } = row;
    const delivery: Delivery = { subscription, seq, key, offeredAt: 0, size: 0, event: null, settled: true };
    if (batch) batch.deliveries.push(delivery);
    const deliveries = batch?.deliveries ?? [delivery];
    const unit = batch?.unit ?? { ...newUnit(deliveries), attempts: row.attempts, dueAt: dueAt(row), parked: true };
    units.set(name, { unit, deliveries });
    key.head = unit;
    return true;
  };
  const attempted = rows.filter(({ attempts }) => attempts > 0);
  const others = rows.filter(({ attempts }) => attempts === 0);
  for (const row of [...attempted, ...others]) {
    const key = keyOf(row.orderKey);
    if (lead(row, key)) continue;
    key.follow(row.subscription, row.seq, row.attempts);
    behind++;
  }
  return { units: [...units.values()].map(({ unit }) => unit), behind };
}
