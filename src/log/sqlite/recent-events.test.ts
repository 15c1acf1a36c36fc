import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { eventNamed } from '../../../test/conformance/event-log-support.ts';
import { bodyText } from '../../model/event-text.ts';
import { StoredEvent } from '../../model/stored-event.ts';
import { readRecent } from './read-recent.ts';
import { RecentEvents } from './recent-events.ts';

function eventAt(seq: number): StoredEvent {
  const event = eventNamed(`e${seq}`, { domain: `d${seq % 3}` });
  return StoredEvent.read({ ...event, seq, acceptedAt: '2026-01-01T00:00:00.000Z' }, bodyText(event));
}

function heldSeqs(recent: RecentEvents, upTo: number): number[] {
  const seqs = Array.from({ length: upTo }, (_, index) => index + 1);
  return seqs.filter((seq) => recent.at(seq)?.event.seq === seq);
}

describe('recent events', () => {
  test('hold the newest run within both bounds, whatever happens', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ size: fc.integer({ min: 1, max: 12 }) }) },
      { weight: 1, arbitrary: fc.record({ dropped: fc.nat(40) }) },
      { weight: 1, arbitrary: fc.record({ jump: fc.integer({ min: 1, max: 9 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const recent = new RecentEvents(7, 40);
        let model: { seq: number; size: number }[] = [];
        let seq = 0;
        for (const one of steps) {
          if ('dropped' in one) {
            recent.dropUpTo(one.dropped);
            model = model.filter((held) => held.seq > one.dropped);
            continue;
          }
          if ('jump' in one) model = [];
          seq += 'jump' in one ? 1 + one.jump : 1;
          model.push({ seq, size: 'size' in one ? one.size : 1 });
          recent.push(eventAt(seq), model.at(-1)?.size ?? 0);
          while (model.length > 7 || model.reduce((sum, { size }) => sum + size, 0) > 40) model.shift();
          assert.deepEqual(
            heldSeqs(recent, seq),
            model.map((held) => held.seq),
          );
        }
      }),
    );
  });

  test('hold nothing when one event alone is too large', () => {
    const recent = new RecentEvents(10, 100);
    recent.push(eventAt(1), 10);
    recent.push(eventAt(2), 101);
    assert.deepEqual(heldSeqs(recent, 5), []);
    recent.push(eventAt(3), 10);
    assert.deepEqual(heldSeqs(recent, 5), [3]);
  });

  test('answer a read only when they hold all it asks for', () => {
    const recent = new RecentEvents(10, 1_000);
    for (let seq = 1; seq <= 20; seq++) recent.push(eventAt(seq), 1);
    const request = { upTo: 20, limit: 100, domains: null };
    assert.equal(readRecent(recent, { ...request, after: 9 }), null);
    assert.equal(readRecent(recent, { ...request, after: 10 })?.events.length, 10);
    const page = readRecent(recent, { ...request, after: 10, limit: 2, domains: ['d0'] });
    assert.deepEqual({ seqs: page?.events.map(({ seq }) => seq), to: page?.scannedTo }, { seqs: [12, 15], to: 15 });
  });
});
