import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { KnownCall } from '../../calls/reported/book.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { NewEvent } from '../../model/event.ts';
import { createNumberReader, rulesFor } from '../../model/numbers/index.ts';
import type { LegReport } from '../../model/report.ts';
import { createReportIntake } from './intake.ts';

const numbers = createNumberReader(rulesFor('US'));
const reporter = { connector: 'in:ringme', reseller: 'default', domain: 'acme' };
const settled = async (): Promise<void> => {
  for (let count = 0; count < 20; count++) await turn();
};

async function setUp({ open = [] as KnownCall[], known = null as KnownCall | null } = {}) {
  const clock = new ManualClock(Date.parse('2026-11-21T10:00:00.000Z'));
  const log = { events: [] as NewEvent[], refuses: false, lookUps: 0 };
  const intake = createReportIntake({
    clock,
    logger: silentLogger,
    accept: async (events) => {
      await turn();
      if (log.refuses) throw new Error('full');
      log.events.push(...events);
    },
    calls: {
      reporters: () => (open.length > 0 ? [reporter] : []),
      open: () => open,
      find: async () => {
        log.lookUps++;
        await turn();
        return known;
      },
    },
    numbers: () => numbers,
  });
  await intake.start();
  const legOf = (changes: Partial<LegReport>): LegReport => ({
    kind: 'leg',
    stage: 'dial',
    callId: 'c1',
    legId: 'l1',
    namesLeg: true,
    extension: '101',
    machine: null,
    flow: 'in',
    caller: { number: '2157010680', name: 'Alice', internal: false },
    called: { number: '101', name: null, internal: true },
    did: null,
    atUs: clock.now() * 1_000,
    status: null,
    talkUs: null,
    recordingId: null,
    transferred: false,
    inside: false,
    bridged: null,
    remoteNumber: null,
    callBackId: null,
    ...changes,
  });
  const typesOf = () => log.events.splice(0).map(({ type }) => type);
  return { clock, log, intake, legOf, typesOf, take: (report: LegReport) => intake.take(reporter, report) };
}

test('is taken once what it makes is in the log', async () => {
  const { take, legOf, typesOf, intake } = await setUp();
  assert.equal(await take(legOf({})), 'taken');
  assert.deepEqual(typesOf(), ['call.started', 'leg.dial_in']);
  assert.equal(await take(legOf({})), 'repeated');
  assert.deepEqual(typesOf(), []);
  assert.equal(await take(legOf({ stage: 'hangup', status: 'cancelled' })), 'taken');
  assert.equal(await take(legOf({ stage: 'hangup', status: 'busy' })), 'repeated', 'the second of two hang-ups');
  await intake.stop();
});

test('while the log refuses, nothing is said to be taken, and nothing is lost', async () => {
  const { take, legOf, typesOf, intake, log, clock } = await setUp();
  log.refuses = true;
  assert.equal(await take(legOf({})), 'busy');
  assert.equal(await take(legOf({ stage: 'answer' })), 'busy');
  log.refuses = false;
  clock.advance(10_000);
  await settled();
  assert.deepEqual(typesOf(), ['call.started', 'leg.dial_in', 'leg.answered', 'call.answered']);
  assert.equal(await take(legOf({})), 'repeated');
  await intake.stop();
});

test('a hang-up that overtook its call waits for it, and so does an answer; both are taken in their order', async () => {
  const { take, legOf, typesOf, intake } = await setUp();
  const ended = take(legOf({ stage: 'hangup', status: 'answered', talkUs: 1_000_000 }));
  const answered = take(legOf({ stage: 'answer' }));
  await settled();
  assert.deepEqual(typesOf(), []);
  assert.equal(intake.figures().waiting, 2);
  const begun = take(legOf({}));
  assert.deepEqual(await Promise.all([begun, answered, ended]), ['taken', 'taken', 'taken']);
  assert.deepEqual(
    typesOf().filter((type) => type.startsWith('leg.')),
    ['leg.dial_in', 'leg.answered', 'leg.ended'],
  );
  await intake.stop();
});

test('what it waits for may never come: then it is taken as it is', async () => {
  const { take, legOf, typesOf, intake, clock } = await setUp();
  const ended = take(legOf({ stage: 'hangup', status: 'busy' }));
  await settled();
  clock.advance(999);
  await settled();
  assert.deepEqual(typesOf(), []);
  clock.advance(1);
  assert.equal(await ended, 'taken');
  assert.deepEqual(typesOf(), ['call.started', 'leg.dial_in', 'leg.ended']);
  await intake.stop();
});

test('a queue that hangs up while somebody is on the line waits for them', async () => {
  const { take, legOf, typesOf, intake } = await setUp();
  await take(legOf({}));
  typesOf();
  const queue = take(legOf({ stage: 'hangup', legId: 'q', extension: '500', machine: 'queue', bridged: false }));
  await settled();
  const ended = take(legOf({ stage: 'hangup', status: 'cancelled' }));
  assert.deepEqual(await Promise.all([queue, ended]), ['taken', 'taken']);
  assert.deepEqual(typesOf(), ['leg.ended', 'leg.ended', 'call.ended', 'call.closed', 'leg.closed']);
  await intake.stop();
});

test('calls end by themselves, also those from before a restart of which nothing more comes', async () => {
  const first = await setUp();
  await first.take(first.legOf({}));
  await first.take(first.legOf({ stage: 'hangup', status: 'cancelled' }));
  const events = [...first.log.events];
  const { call, leg, extensions } = events.at(-1) as NewEvent;
  assert.ok(call && leg);
  await first.intake.stop();
  const { clock, typesOf, intake } = await setUp({ open: [{ call, legs: [leg], extensions }] });
  clock.advance(2_500);
  await settled();
  assert.deepEqual(typesOf(), ['call.ended', 'call.closed']);
  await intake.stop();
});

test('an old report of a call that is not remembered is looked up, once; an ended call is not begun anew', async () => {
  const first = await setUp();
  await first.take(first.legOf({}));
  await first.take(first.legOf({ stage: 'hangup', status: 'cancelled' }));
  first.clock.advance(3_000);
  await settled();
  const { call, extensions } = first.log.events.at(-1) as NewEvent;
  const legs = first.log.events.flatMap(({ type, leg }) => (type === 'leg.ended' && leg ? [leg] : []));
  assert.ok(call);
  await first.intake.stop();
  const { take, legOf, typesOf, log, intake, clock } = await setUp({ known: { call, legs, extensions } });
  const hangup = legOf({ stage: 'hangup', status: 'cancelled' });
  const old = legOf({ atUs: (clock.now() - 3_600_000) * 1_000 });
  assert.deepEqual(await Promise.all([take(hangup), take(hangup), take(old)]), ['repeated', 'repeated', 'repeated']);
  assert.deepEqual(typesOf(), []);
  assert.equal(log.lookUps, 1);
  await intake.stop();
});

test('whoever waits when it stops is told to send again', async () => {
  const { take, legOf, intake } = await setUp();
  const ended = take(legOf({ stage: 'hangup', status: 'busy' }));
  await settled();
  await intake.stop();
  assert.equal(await ended, 'busy');
  assert.equal(await take(legOf({})), 'busy');
});
