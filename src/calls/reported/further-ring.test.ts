/** Posts that don't say which leg they are of: a second ring is known by its answer alone, and no double or late post makes one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import { createNumberReader, rulesFor } from '../../model/numbers/index.ts';
import type { LegReport } from '../../model/report.ts';
import { ReportBook } from './book.ts';

const numbers = createNumberReader(rulesFor('US'));
const start = Date.parse('2026-11-21T10:00:00.000Z');
const bookOf = () =>
  new ReportBook({ connector: 'in:voipnow', reseller: 'default', domain: 'acme', numbers: () => numbers });

const post = (stage: LegReport['stage'], status: LegReport['status'] = null): LegReport => ({
  ...{
    kind: 'leg',
    stage,
    callId: 'c1',
    legId: '101/c1',
    namesLeg: false,
    extension: '101',
    machine: null,
    flow: 'in',
  },
  caller: { number: '2157010680', name: 'Alice', internal: false },
  called: { number: '101', name: null, internal: true },
  ...{ did: null, atUs: null, status, talkUs: null, recordingId: null, transferred: false, inside: false },
  ...{ bridged: null, remoteNumber: null, callBackId: null },
});
const [dial, inVain, answer, hangup] = [
  post('dial'),
  post('hangup', 'no_answer'),
  post('answer'),
  post('hangup', 'answered'),
];

/** The legs as they ended, a second after each other reported. */
function legsOf(posts: readonly LegReport[], book = bookOf()): readonly Leg[] {
  const told: NewEvent[] = posts.flatMap((one, index) => book.apply(one, start + index * 1_000));
  for (let next = book.nextDeadline(); next !== null; next = book.nextDeadline()) told.push(...book.tick(next));
  return told.flatMap(({ type, leg }) => (type === 'leg.ended' && leg ? [leg] : []));
}
const shown = (legs: readonly Leg[]): string[] =>
  legs.map(({ id, outcome, answeredAt }) => `${id} ${outcome}${answeredAt === null ? '' : ', talked'}`);

const twoRings = ['101/c1 no_answer', '101/c1/2 answered, talked'];

test('called in vain and then again, the extension talked: that is two legs, also where no answer is reported', () => {
  assert.deepEqual(shown(legsOf([dial, inVain, dial, answer, hangup])), twoRings);
  assert.deepEqual(shown(legsOf([dial, inVain, dial, hangup])), twoRings);
  assert.deepEqual(shown(legsOf([dial, answer, hangup])), ['101/c1 answered, talked']);
});

test('once a second ring was answered, nothing that is sent again makes another', () => {
  const all = [dial, inVain, dial, answer, hangup];
  for (let from = 0; from < all.length; from++) {
    assert.deepEqual(shown(legsOf([...all, ...all.slice(from)])), twoRings, 'a sender that begins again');
  }
  const position = fc.tuple(fc.nat(all.length - 1), fc.nat(20));
  fc.assert(
    fc.property(fc.array(position, { maxLength: 12 }), (repeats) => {
      const posts = [...all];
      // Each again, somewhere after it came first.
      for (const [index, later] of repeats)
        posts.splice(Math.min(index + 1 + later, posts.length), 0, all[index] as LegReport);
      const isInOrder = posts.indexOf(answer) > posts.indexOf(inVain);
      if (isInOrder) assert.deepEqual(shown(legsOf(posts)), twoRings);
    }),
    { numRuns: 500 },
  );
});

test('of one ring, no order and no number of repeats makes two', () => {
  for (const ring of [
    [dial, answer, hangup],
    [dial, hangup],
    [dial, inVain],
  ]) {
    const any = fc.array(fc.constantFrom(...ring), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(any, (posts) => assert.equal(legsOf(posts).length, 1)),
      { numRuns: 300 },
    );
  }
});

test('a second ring in vain is not told from the first one sent again, and neither is an answer of a lost leg', () => {
  assert.deepEqual(shown(legsOf([dial, inVain, dial, inVain])), ['101/c1 no_answer']);
  const book = bookOf();
  book.apply(dial, start);
  book.tick(start + 11 * 60_000);
  assert.deepEqual(shown(legsOf([answer], book)), []);
});

test('where posts name their legs, theirs are the legs', () => {
  const named = [dial, inVain, dial, answer, hangup].map((one) => ({ ...one, namesLeg: true }));
  assert.deepEqual(shown(legsOf(named)), ['101/c1 no_answer']);
});

test('after a restart between the rings, it is the same', () => {
  const first = bookOf();
  const before = [dial, inVain].flatMap((one) => first.apply(one, start));
  const { call, leg, extensions } = before.at(-1) as NewEvent;
  assert.ok(call && leg);
  const second = bookOf();
  second.take({ call, legs: [leg], extensions }, start);
  assert.deepEqual(shown(legsOf([dial, answer, hangup], second)), ['101/c1/2 answered, talked']);
});
