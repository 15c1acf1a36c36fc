import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, partBy, type PbxScript, pickUp, ring } from '../../../../test/support/pbx-script.ts';
import { inShort, lastOf, testRules, track } from '../../../../test/support/tracker-run.ts';

const rules = { ...testRules, saysWhoHangsUp: true };

/** 101 parks Alice and leaves. */
function parked(): PbxScript {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b').wait(5_000);
  const place = { lot: 'default', slot: '701', parkedBy: 'PJSIP/101', timeoutMs: 45_000 };
  script.say({ kind: 'park.parked', channelId: 'a', ...place });
  script.unbridge('b1', 'a').bridge('lot', 'a', null, true).hangUp('b').unbridge('b1', 'b').end('b');
  return script.wait(10_000);
}

const parkEvents = (script: PbxScript): string[] =>
  inShort(track(script.signals, rules)).filter((line) => /^(park|leg.ended|call.ended)/.test(line));

test('fetched by another: one call, whose parker was no end', () => {
  const script = parked();
  script.channel('c', { device: 'PJSIP/102', state: 'ring', from: '102', to: '701' });
  script.say({ kind: 'park.retrieved', channelId: 'a', retrieverId: 'c' });
  partBy(script.unbridge('lot', 'a').bridge('b2', 'a').bridge('b2', 'c').wait(3_000), 'a', 'c', 'b2');
  assert.deepEqual(parkEvents(script), [
    'park.parked',
    'leg.ended 101 transferred',
    'park.retrieved',
    'leg.ended 102 answered',
    'leg.ended - answered',
    'call.ended answered',
  ]);
  const events = track(script.signals, rules);
  const { data } = lastOf(events, 'park.retrieved');
  assert.deepEqual([data['slot'], data['by'], data['retrievedBy']], ['701', '101', '102']);
  assert.equal(lastOf(events, 'call.ended').call?.hungUpBy, 'caller');
  assert.equal(events.filter(({ type }) => type === 'call.started').length, 1);
});

test('nobody fetches it: given back, and answered by who parked it', () => {
  const script = parked().say({ kind: 'park.timed_out', channelId: 'a' }).unbridge('lot', 'a');
  partBy(pickUp(ring(script, 'a', 'd', '101'), 'a', 'd', 'b2'), 'a', 'd', 'b2');
  assert.deepEqual(parkEvents(script).slice(0, 3), ['park.parked', 'leg.ended 101 transferred', 'park.timed_out']);
  assert.equal(lastOf(track(script.signals, rules), 'park.timed_out').data['returnedTo'], '101');
});

test('the caller gives up, said or only seen', () => {
  const said = parked().hangUp('a').say({ kind: 'park.abandoned', channelId: 'a' }).end('a');
  const seen = parked().hangUp('a').end('a');
  for (const script of [said, seen])
    assert.equal(parkEvents(script).filter((line) => line === 'park.abandoned').length, 1);
});

test('the call is parked while it waits', () => {
  const states = track(parked().signals, rules).map(({ call }) => call?.state);
  assert.equal(states.at(-1), 'parked');
});

test('it is parked to the last where the caller gives up there', () => {
  const events = track(parked().hangUp('a').say({ kind: 'park.abandoned', channelId: 'a' }).end('a').signals, rules);
  const since = events.findIndex(({ type }) => type === 'park.abandoned');
  assert.deepEqual([...new Set(events.slice(since).map(({ call }) => call?.state))], ['parked', 'ended']);
});
