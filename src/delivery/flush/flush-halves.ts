import type { DeliveryFlush } from '../../records/delivery-store.ts';

const rowsOf = (flush: DeliveryFlush): readonly (readonly unknown[])[] => [
  flush.attempts,
  flush.unpark,
  flush.park,
  flush.attach,
  flush.detach,
  flush.counters,
  flush.replays,
  flush.replayCounts,
  flush.events ?? [],
  flush.checkpoint === null ? [] : [flush.checkpoint],
];

/** How much there is to store. */
export function rowCount(flush: DeliveryFlush): number {
  return rowsOf(flush).reduce((sum, rows) => sum + rows.length, 0);
}

/** The only row of a flush that has one. */
export function onlyRow(flush: DeliveryFlush): unknown {
  return rowsOf(flush).flat()[0];
}

/** Two flushes that store the same one after the other; the checkpoint comes last. */
export function halvesOf(flush: DeliveryFlush): readonly [DeliveryFlush, DeliveryFlush] {
  let left = Math.ceil(rowCount(flush) / 2);
  const cut = <Row>(rows: readonly Row[]): readonly [readonly Row[], readonly Row[]] => {
    const count = Math.min(left, rows.length);
    left -= count;
    return [rows.slice(0, count), rows.slice(count)];
  };
  const [attempts, attemptsAfter] = cut(flush.attempts);
  const [unpark, unparkAfter] = cut(flush.unpark);
  const [park, parkAfter] = cut(flush.park);
  const [attach, attachAfter] = cut(flush.attach);
  const [detach, detachAfter] = cut(flush.detach);
  const [counters, countersAfter] = cut(flush.counters);
  const [replays, replaysAfter] = cut(flush.replays);
  const [replayCounts, replayCountsAfter] = cut(flush.replayCounts);
  const [events, eventsAfter] = cut(flush.events ?? []);
  return [
    { attempts, unpark, park, attach, detach, counters, replays, replayCounts, events, checkpoint: null },
    {
      attempts: attemptsAfter,
      unpark: unparkAfter,
      park: parkAfter,
      attach: attachAfter,
      detach: detachAfter,
      counters: countersAfter,
      replays: replaysAfter,
      replayCounts: replayCountsAfter,
      events: eventsAfter,
      checkpoint: flush.checkpoint,
    },
  ];
}
