import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { followPeople, only, told } from '../../../test/support/people-run.ts';
import type { NewEvent } from '../../model/event.ts';
import type { LineState, WatchFacts } from './index.ts';

const device = (line: LineState, name = 'PJSIP/101') =>
  ({ kind: 'device.changed', device: { device: name, line } }) as const;
const devices = (...listed: readonly (readonly [string, LineState])[]) =>
  ({ kind: 'devices.listed', complete: true, devices: listed.map(([device, line]) => ({ device, line })) }) as const;
const hint: WatchFacts = {
  number: '101',
  context: 'hints',
  serves: 'phone',
  line: 'idle',
  mixed: false,
  devices: ['PJSIP/bob'],
  statuses: ['CustomPresence:bob'],
};
const watch = (line: LineState) => ({ kind: 'watch.changed', watch: { ...hint, line } }) as const;
const status = (set: 'away' | 'available' | 'do_not_disturb' | null, message: string | null = null, who = '101') =>
  ({ kind: 'status.changed', status: { source: `CustomPresence:${who}`, who, status: set, message } }) as const;
const presence = (events: readonly NewEvent[]) => only(events, 'presence.changed');
const states = (events: readonly NewEvent[]) => presence(events).map(({ data }) => data['state']);

test('a phone that comes, rings, talks and goes', () => {
  const run = followPeople();
  const events = run.say(
    device('unavailable'),
    device('idle'),
    device('ringing'),
    device('ringing'),
    device('in_use'),
    device('held'),
    device('idle'),
    device('unavailable'),
  );
  assert.deepEqual(states(events), ['offline', 'available', 'ringing', 'on_call', 'available', 'offline']);
  assert.deepEqual(presence(events)[1]?.data, {
    state: 'available',
    previousState: 'offline',
    message: null,
    registered: true,
    device: 'PJSIP/101',
    name: null,
  });
  assert.deepEqual(presence(events)[1]?.extensions, ['101']);
});

test('a state that the PBX does not know says nothing', () => {
  assert.deepEqual(states(followPeople().say(device('unknown'), device('in_use'), device('unknown'))), ['on_call']);
});

test('devices that lead outside, or are no phone, are nobody', () => {
  const names = ['PJSIP/trunk-carrier', 'Queue:support', 'MWI:101@default', 'Custom:nightmode'];
  assert.deepEqual(followPeople().say(...names.map((name) => device('in_use', name))), []);
});

test('of two phones of one extension the busiest counts', () => {
  const run = followPeople();
  const events = run.say(
    device('idle'),
    device('unavailable', 'SIP/101'),
    device('ringing'),
    device('in_use', 'SIP/101'),
    device('unavailable'),
    device('unavailable', 'SIP/101'),
  );
  assert.deepEqual(states(events), ['available', 'ringing', 'on_call', 'offline']);
});

test('a watched number counts for more than its devices, and names devices that are called otherwise', () => {
  const run = followPeople();
  assert.deepEqual(states(run.say(watch('idle'), device('in_use'), watch('in_use'), watch('idle'))), [
    'available',
    'on_call',
    'available',
  ]);
  assert.deepEqual(states(run.say(status('away', null, 'bob'))), ['away']);
  const gone = run.say({ kind: 'watch.removed', number: '101', context: 'hints' });
  assert.deepEqual(states(gone), ['on_call'], 'its device says so');
});

test('a line that is busy because somebody set it so is no busy line, in whatever order that is told', () => {
  const busy = { kind: 'watch.changed', watch: { ...hint, mixed: true, line: 'busy' } } as const;
  const free = { kind: 'watch.changed', watch: { ...hint, mixed: true, line: 'idle' } } as const;
  const run = followPeople();
  assert.deepEqual(states(run.say(free, busy, status('do_not_disturb'), status(null), free)), [
    'available',
    'do_not_disturb',
    'available',
  ]);
  // Some set it as in use: the device knows better.
  const used = { kind: 'watch.changed', watch: { ...hint, mixed: true, line: 'in_use' } } as const;
  assert.deepEqual(states(run.say(device('idle'), used, device('in_use'), device('idle'))), ['on_call', 'available']);
});

test('what somebody set counts while the phone is free; a call and a phone that is gone count for more', () => {
  const run = followPeople();
  const events = run.say(
    device('idle'),
    status('away', 'back at two'),
    device('ringing'),
    device('in_use'),
    device('idle'),
    status('do_not_disturb', 'back at two'),
    device('busy'),
    device('unavailable'),
    device('idle'),
    status(null),
  );
  assert.deepEqual(
    told(presence(events), 'state', 'message').map(([, , ...rest]) => rest),
    [
      ['available', null],
      ['away', 'back at two'],
      ['ringing', 'back at two'],
      ['on_call', 'back at two'],
      ['away', 'back at two'],
      ['do_not_disturb', 'back at two'],
      ['offline', 'back at two'],
      ['do_not_disturb', 'back at two'],
      ['available', null],
    ],
  );
});

test('where no line is known, what somebody set is all there is', () => {
  assert.deepEqual(states(followPeople().say(status('away'), status('available'), status(null))), [
    'away',
    'available',
    null,
  ]);
});

test('contacts count only where the PBX says nothing of the device', () => {
  const contact = (reachable: boolean, name: string) =>
    ({ kind: 'contact.changed', device: 'PJSIP/101', contact: name, reachable }) as const;
  const run = followPeople();
  const events = run.say(contact(true, 'a'), contact(true, 'b'), contact(false, 'a'), contact(false, 'b'));
  assert.deepEqual(states(events), ['available', 'offline']);
  assert.deepEqual(states(run.say(device('idle'), contact(false, 'c'))), ['available']);
});

test('after a lost connection only what changed meanwhile is told, as found', () => {
  const run = followPeople();
  run.say(devices(['PJSIP/101', 'idle'], ['PJSIP/102', 'idle']));
  assert.deepEqual(run.say(devices(['PJSIP/101', 'idle'], ['PJSIP/102', 'idle'])), []);
  const events = presence(run.say(devices(['PJSIP/101', 'unavailable'])));
  assert.deepEqual(told(events, 'state', 'previousState', 'estimated'), [
    ['presence.changed', '101', 'offline', 'available', true],
    ['presence.changed', '102', 'offline', 'available', true],
  ]);
});

test('after a restart of Offhook nothing is told that was told before it', () => {
  const known = followPeople().say(devices(['PJSIP/101', 'idle'], ['PJSIP/102', 'idle']));
  assert.deepEqual(followPeople(known).say(devices(['PJSIP/101', 'idle'], ['PJSIP/102', 'idle'])), []);
  const run = followPeople(known);
  assert.deepEqual(
    run.say({ kind: 'watches.listed', watches: [], complete: true }),
    [],
    'the devices are still to come',
  );
  assert.deepEqual(told(presence(run.say(devices(['PJSIP/101', 'in_use']))), 'previousState', 'state'), [
    ['presence.changed', '101', 'available', 'on_call'],
    ['presence.changed', '102', 'available', 'offline'],
  ]);
});

test('two who listen name the same change alike', () => {
  const signals = [device('idle'), device('ringing'), device('idle')];
  const ids = () =>
    followPeople()
      .say(...signals)
      .map(({ id }) => id);
  assert.deepEqual(ids(), ids());
  assert.equal(new Set(ids()).size, ids().length);
});

const someLine = fc.constantFrom('idle', 'ringing', 'in_use', 'held', 'busy', 'unavailable', 'unknown');
const someSignal = fc.oneof(
  fc.tuple(someLine, fc.constantFrom('PJSIP/101', 'SIP/101')).map(([line, name]) => device(line, name)),
  someLine.map(watch),
  fc.constant({ kind: 'watch.removed', number: '101', context: 'hints' } as const),
  fc.constantFrom('away', 'available', 'do_not_disturb', null).map((set) => status(set)),
  fc.array(fc.tuple(fc.constantFrom('PJSIP/101', 'SIP/101'), someLine)).map((listed) => devices(...listed)),
);

test('whatever happens, each event says something new and follows from the one before', () => {
  fc.assert(
    fc.property(fc.array(someSignal, { maxLength: 30 }), (signals) => {
      let before: NewEvent | null = null;
      for (const event of presence(followPeople().say(...signals))) {
        const { state, message, registered, previousState } = event.data;
        const isGone: boolean = before?.data['state'] === 'offline' && previousState === null;
        if (before && !isGone) {
          const was: NewEvent['data'] = before.data;
          assert.notDeepEqual([state, message, registered], [was['state'], was['message'], was['registered']]);
          assert.equal(previousState, was['state']);
        }
        before = event;
      }
    }),
  );
});
