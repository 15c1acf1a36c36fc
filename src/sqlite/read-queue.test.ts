import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JobMessage } from './protocol.ts';
import { ReadQueue } from './read-queue.ts';

const jobOf = (ticket: number, kind: string): JobMessage => ({ ticket, kind, input: null, weight: 0 });
const newQueue = () => new ReadQueue(new Set(['scan']));

describe('read queue', () => {
  test('look-ups wait for one piece of a scan at most, and scans go on', () => {
    const queue = newQueue();
    queue.push([jobOf(1, 'scan'), jobOf(2, 'scan'), jobOf(3, 'get'), jobOf(4, 'get')]);
    const order: (number | undefined)[] = [];
    const take = (): void => void order.push(queue.next()?.ticket);
    take();
    take();
    take();
    queue.push([jobOf(5, 'get'), jobOf(6, 'get')]);
    take();
    take();
    queue.push([jobOf(7, 'get')]);
    take();
    take();
    take();
    assert.deepEqual(order, [3, 4, 1, 5, 6, 2, 7, undefined]);
  });

  test('serves every job once, each sort in its order, and no sort waits for long', () => {
    const arrivals = fc.array(fc.array(fc.constantFrom('scan', 'get'), { maxLength: 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(arrivals, (turns) => {
        const queue = newQueue();
        const served: JobMessage[] = [];
        let ticket = 0;
        for (const kinds of [...turns, ...Array.from({ length: 200 }, () => [])]) {
          queue.push(kinds.map((kind) => jobOf(ticket++, kind)));
          const job = queue.next();
          if (job) served.push(job);
        }
        assert.equal(served.length, ticket);
        for (const sort of ['scan', 'get']) {
          const tickets = served.filter(({ kind }) => kind === sort).map((job) => job.ticket);
          assert.deepEqual(
            tickets,
            tickets.toSorted((a, b) => a - b),
          );
        }
      }),
    );
  });
});
