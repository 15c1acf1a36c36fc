import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { NewEvent } from '../../model/event.ts';
import { createEventChecker } from '../../model/event-schema.ts';
import { openCall, turnPage } from './call-book.ts';
import { caller, colleagues, queue } from './company.ts';
import { drawFor } from './draw.ts';
import type { Source } from './draft.ts';
import { fromOutside, phone } from './scenarios/stage.ts';
import type { Step } from './step.ts';

const source: Source = { connector: 'sim', reseller: 'default', domain: 'acme', userOf: () => null };
const start = Date.UTC(2026, 10, 21, 9);
const [anna, bob] = colleagues;
const begin = fromOutside(caller(drawFor(1, 1)), anna.did);
const isEvent = createEventChecker();

/** Plays steps a second apart. */
function play(steps: readonly Step[]): readonly NewEvent[] {
  let page = openCall('c1', begin, source, start);
  const events = [...page.events];
  for (const [index, step] of steps.entries()) {
    page = turnPage(page.state, step, source, start + (index + 1) * 1000);
    events.push(...page.events);
  }
  return events;
}

const told = (steps: readonly Step[]): readonly string[] =>
  play(steps).map(({ type, leg }) => `${type} ${leg?.extension ?? '-'}`);
const end: Step = { kind: 'end', outcome: 'answered', hungUpBy: 'caller' };

describe('the call book', () => {
  it('tells a call that two phones ring for, and one answers', () => {
    const steps: readonly Step[] = [
      { kind: 'dial', device: phone(anna) },
      { kind: 'ring', key: '101' },
      { kind: 'dial', device: phone(bob) },
      { kind: 'ring', key: '102' },
      { kind: 'answer', key: '102' },
      end,
      { kind: 'close' },
    ];
    assert.deepEqual(told(steps), [
      'call.started -',
      'leg.dial_in 101',
      'leg.ringing 101',
      'leg.dial_in 102',
      'leg.ringing 102',
      'leg.answered 102',
      'leg.answered -',
      'call.answered -',
      'leg.ended 101',
      'leg.ended 102',
      'leg.ended -',
      'call.ended -',
      'call.closed -',
    ]);
    const events = play(steps);
    const loser = events.find(({ type, extension }) => type === 'leg.ended' && extension === '101');
    assert.deepEqual([loser?.leg?.outcome, loser?.leg?.cause], ['answered_elsewhere', 26]);
    assert.deepEqual(loser?.data, { answeredElsewhereBy: '102' });
    assert.deepEqual([events.at(-1)?.call?.talkMs, events.at(-1)?.call?.outcome], [1000, 'answered']);
  });

  it('counts hold as talk, and the wait for a blind transfer’s target not', () => {
    const steps: readonly Step[] = [
      { kind: 'dial', device: phone(anna) },
      { kind: 'ring', key: '101' },
      { kind: 'answer', key: '101' },
      { kind: 'hold', key: '101' },
      { kind: 'resume', key: '101' },
      { kind: 'transfer.start', transfer: { kind: 'blind', by: '101', target: '102' }, consultation: null },
      { kind: 'leave', key: '101', outcome: 'transferred', cause: 16 },
      { kind: 'dial', device: phone(bob), transferred: true },
      { kind: 'ring', key: '102' },
      { kind: 'answer', key: '102' },
      { kind: 'transfer.complete', by: '101', device: null },
      end,
    ];
    const events = play(steps);
    const stateAt = (type: string) => events.find((event) => event.type === type)?.call?.state;
    assert.equal(stateAt('leg.held'), 'held');
    assert.equal(events.findLast(({ type }) => type === 'leg.ringing')?.call?.state, 'ringing');
    assert.equal(events.at(-1)?.call?.talkMs, 4000 + 2000);
    assert.equal(events.at(-1)?.call?.transfers[0]?.state, 'completed');
  });

  it('ignores steps that no longer fit, and always tells valid events', () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.constantFrom(anna, bob).map((colleague): Step => ({ kind: 'dial', device: phone(colleague) })),
      fc
        .tuple(fc.constantFrom('ring', 'answer', 'hold', 'resume'), fc.constantFrom('caller', '101', '102', 'nobody'))
        .map(([kind, key]): Step => ({ kind, key })),
      fc.constantFrom('101', '102').map((key): Step => ({ kind: 'leave', key, outcome: 'no_answer', cause: 19 })),
      fc.constantFrom<Step>(
        { kind: 'queue.join', queue, position: 1, waiting: 1 },
        { kind: 'queue.leave', reason: 'abandoned' },
        { kind: 'voicemail', extension: '101' },
        { kind: 'transfer.fail', reason: 'busy' },
        { kind: 'transfer.complete', by: '101', device: null },
        { kind: 'recording', extension: null },
        { kind: 'close' },
        end,
      ),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const events = play(steps);
        for (const event of events) assert.ok(isEvent(event), JSON.stringify(event));
        assert.ok(events.filter(({ type }) => type === 'call.ended').length <= 1);
        assert.deepEqual(play(steps), events);
      }),
    );
  });
});
