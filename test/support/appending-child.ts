/**
 * A process that appends until it is killed: `node appending-child.ts DIR HANDS NAME [COUNT]`. So many hands append at
 * once, each the next batch when the last one is acknowledged. An acknowledgement is one line on standard output,
 * `ack ID SEQ`, written without any buffer in between.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/kit/clock.ts';
import { openSqliteEventLog } from '../../src/log/sqlite/event-log.ts';
import { openSqliteEngine } from '../../src/sqlite/engine.ts';
import { eventNamed } from '../conformance/event-log-support.ts';

const [dir = '', hands = '1', name = 'x', count = '1000000'] = process.argv.slice(2);
const engine = await openSqliteEngine({ dir });
const log = await openSqliteEventLog({ engine, clock: systemClock, idWindowMs: 3_600_000 });
let next = 0;

/** The pipe does not block: where its reader is slow, this waits for it, as any writer has to. */
function say(text: string): void {
  for (let left = Buffer.from(text); left.length > 0; ) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

async function append(hand: number): Promise<void> {
  while (next < Number(count)) {
    const batch = Array.from({ length: 1 + (next % 3) }, () => eventNamed(`event-${name}-${hand}-${next++}-`));
    const outcomes = await log.append(batch);
    say(outcomes.map(({ id, seq }) => `ack ${id} ${seq}\n`).join(''));
  }
}

await Promise.all(Array.from({ length: Number(hands) }, (_, hand) => append(hand)));
await engine.close();
