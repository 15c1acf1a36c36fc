/** Random appends, repeats, trims and reopenings against the simplest model of a log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { AppendOutcome } from '../../src/log/event-log.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { eventNamed, handedOver, idWindowMs, type LogUnderTest, type OpenLog, readAll } from './event-log-support.ts';

type Step =
  | { readonly kind: 'append'; readonly batches: readonly (readonly NewEvent[])[] }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'trim'; readonly ageMs: number; readonly limit: number }
  | {
      readonly kind: 'read';
      readonly after: number;
      readonly limit: number;
      readonly domains: readonly string[] | null;
    }
  | { readonly kind: 'setClock'; readonly byMs: number }
  | { readonly kind: 'reopen' };

const text = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const event = fc
  .record({ id: text, connector: fc.constantFrom('pbx1', 'pbx2'), domain: fc.constantFrom('x', 'y'), body: fc.nat(1) })
  .map(({ id, connector, domain, body }) => eventNamed(id, { connector, domain, data: { body } }));
const tenYears = 10 * 365 * 86_400_000;
const span = fc.constantFrom(0, 1, idWindowMs - 1, idWindowMs, idWindowMs + 1);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      batches: fc.array(fc.array(event, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: span }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('trim' as const), ageMs: span, limit: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      after: fc.nat(40),
      limit: fc.integer({ min: 1, max: 9 }),
      domains: fc.option(fc.subarray(['x', 'y', 'z'])),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('setClock' as const), byMs: fc.constantFrom(-tenYears, tenYears) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);

interface ModelEvent {
  readonly seq: number;
  readonly at: number;
  readonly event: NewEvent;
}

/** A log in as few words as possible. */
class Model {
  events: ModelEvent[] = [];
  head = 0;
  floor = 0;

  append(event: NewEvent, now: number): AppendOutcome {
    const first = this.events.find(
      (other) =>
        other.event.id === event.id && other.event.connector === event.connector && now - other.at <= idWindowMs,
    );
    if (!first) {
      this.events.push({ seq: ++this.head, at: now, event });
      return { kind: 'accepted', id: event.id, seq: this.head, duplicate: false };
    }
    const same = JSON.stringify(first.event) === JSON.stringify(event);
    if (!same) return { kind: 'conflict', id: event.id, seq: first.seq };
    return { kind: 'accepted', id: event.id, seq: first.seq, duplicate: true };
  }

  trim(acceptedBefore: number, now: number, limit: number): { trimmedTo: number; more: boolean } {
    const kept = this.events.findIndex(({ at }) => at >= acceptedBefore && at <= now);
    const front = kept < 0 ? this.events : this.events.slice(0, kept);
    const old = front.slice(0, 1 + front.findLastIndex(({ at }) => at < acceptedBefore));
    const dropped = old.slice(0, limit);
    this.events = this.events.slice(dropped.length);
    this.floor = dropped.at(-1)?.seq ?? this.floor;
    return { trimmedTo: this.floor, more: old.length > limit };
  }
}

async function take(under: LogUnderTest, model: Model, step: Step): Promise<void> {
  const log = under.log();
  const now = under.clock.now();
  if (step.kind === 'wait') return under.clock.advance(step.ms);
  if (step.kind === 'setClock') return under.clock.setWall(now + step.byMs);
  if (step.kind === 'reopen') return under.reopen?.();
  if (step.kind === 'append') {
    const outcomes = await Promise.all(step.batches.map((batch) => log.append(batch)));
    const expected = step.batches.map((batch) => batch.map((event) => model.append(event, now)));
    assert.deepEqual(outcomes, expected);
  } else if (step.kind === 'trim') {
    const request = { acceptedBefore: now - step.ageMs, limit: step.limit };
    assert.deepEqual(await log.trim(request), model.trim(request.acceptedBefore, now, request.limit));
  } else {
    const { after, limit, domains } = step;
    const page = await log.read({ after, limit, ...(domains ? { domains } : {}) });
    const there = model.events.filter(({ seq, event }) => seq > after && (domains?.includes(event.domain) ?? true));
    assert.deepEqual(
      page.events.map(({ seq }) => seq),
      there.slice(0, limit).map(({ seq }) => seq),
    );
    const next = there[limit]?.seq ?? Math.max(after, model.head) + 1;
    assert.ok(page.scannedTo >= (page.events.at(-1)?.seq ?? after) && page.scannedTo < next);
  }
}

async function compare(under: LogUnderTest, model: Model, heard: readonly number[]): Promise<void> {
  const log = under.log();
  assert.deepEqual({ head: log.head(), floor: log.floor() }, { head: model.head, floor: model.floor });
  const events = await readAll(log, log.floor());
  assert.deepEqual(
    events.map((event) => ({ seq: event.seq, at: Date.parse(event.acceptedAt), event: handedOver(event) })),
    model.events,
  );
  assert.deepEqual(
    heard,
    Array.from({ length: model.head }, (_, index) => index + 1),
  );
}

export function eventLogProperties(open: OpenLog, numRuns: number): void {
  test(`behaves as the model does (${numRuns} random histories)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const under = await open();
        try {
          const model = new Model();
          const heard: number[] = [];
          const listen = (): void => {
            under.log().onAppended((events) => heard.push(...events.map(({ seq }) => seq)));
          };
          listen();
          for (const step of steps) {
            await take(under, model, step);
            if (step.kind === 'reopen' && under.reopen) listen();
          }
          await compare(under, model, heard);
          await under.reopen?.();
          await compare(under, model, heard);
        } finally {
          await under.close();
        }
      }),
      { numRuns },
    );
  });
}
