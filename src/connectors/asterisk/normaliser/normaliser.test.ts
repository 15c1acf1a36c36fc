import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Signal } from '../../../calls/signal.ts';
import { AmiPacket } from '../ami/packet.ts';
import { createdAtOf, deviceOf } from './channel-facts.ts';
import { normalise } from './normaliser.ts';

const channel = (prefix: string, name: string, uniqueId: string, state = '6'): [string, string][] => [
  [`${prefix}Channel`, name],
  [`${prefix}ChannelState`, state],
  [`${prefix}CallerIDNum`, '101'],
  [`${prefix}CallerIDName`, '<unknown>'],
  [`${prefix}Exten`, '102'],
  [`${prefix}Context`, 'phones'],
  [`${prefix}Uniqueid`, uniqueId],
  [`${prefix}Linkedid`, '1700000000.1'],
];
const read = (event: string, ...headers: [string, string][]): readonly Signal[] =>
  normalise(new AmiPacket([['Event', event], ...headers]), 42);
const last = (event: string, ...headers: [string, string][]): Signal | undefined => read(event, ...headers).at(-1);

const one = channel('', 'PJSIP/101-00000001', '1700000000.1');
const two = channel('Dest', 'PJSIP/trunk-a-00000002', '1700000001.2', '5');

test('a device is a channel without its number', () => {
  assert.equal(deviceOf('PJSIP/trunk-carrier-0000002a'), 'PJSIP/trunk-carrier');
  assert.equal(deviceOf('SIP/101-0000002a<ZOMBIE>'), 'SIP/101');
  assert.equal(deviceOf('DAHDI/i1/5551234-1f'), 'DAHDI/i1/5551234');
  assert.equal(deviceOf('Local/101@phones-00000000;2'), 'Local/101@phones');
});

test('unique ids tell when a channel was made, with a system name in front as without', () => {
  assert.equal(createdAtOf('1700000000.17'), 1_700_000_000_000);
  assert.equal(createdAtOf('branch-7-1700000000.17'), 1_700_000_000_000);
  assert.equal(createdAtOf('something else'), null);
});

test('what Asterisk does not know is null, and times come from the event where it has one', () => {
  const [signal] = read('Newchannel', ['Timestamp', '1700000000.1239'], ...one);
  assert.ok(signal?.kind === 'channel.created');
  assert.equal(signal.at, 1_700_000_000_124);
  assert.equal(signal.channel.callerName, null);
  assert.equal(signal.channel.accountCode, null);
  assert.equal(signal.channel.createdAt, 1_700_000_000_000);
  assert.equal(read('Newchannel', ...one)[0]?.at, 42);
});

test('Local and other internal channels are pipes, text messages are nothing', () => {
  for (const name of ['Local/1@x-00000001;1', 'Surrogate/x-1', 'Snoop/1700000000.1-00000001']) {
    const [signal] = read('Newchannel', ...channel('', name, '1700000000.9'));
    assert.ok(signal?.kind === 'channel.created' && signal.channel.kind === 'pipe', name);
    assert.equal(signal.channel.device, null);
  }
  for (const name of ['Message/ast_msg_queue', 'Announcer/ARI-1', 'CBAnn/301-1'])
    assert.deepEqual(read('Newchannel', ...channel('', name, '1700000000.9')), []);
});

test('dials have a source, or the PBX itself', () => {
  const begun = last('DialBegin', ...one, ...two, ['DialString', '0612@trunk-a']);
  assert.deepEqual(begun, {
    kind: 'dial.begun',
    at: 42,
    sourceId: '1700000000.1',
    destinationId: '1700000001.2',
    dialString: '0612@trunk-a',
  });
  const originated = last('DialBegin', ...two);
  assert.ok(originated?.kind === 'dial.begun' && originated.sourceId === null);
  assert.deepEqual(read('DialBegin', ...one), []);
});

test('dial results by the word before the colon; a forward says where to', () => {
  const statusOf = (status: string, ...more: [string, string][]) => {
    const signal = last('DialEnd', ...one, ...two, ['DialStatus', status], ...more);
    return signal?.kind === 'dial.ended' ? [signal.status, signal.forwardTo] : null;
  };
  assert.deepEqual(statusOf('ANSWER'), ['answered', null]);
  assert.deepEqual(statusOf('CHANUNAVAIL'), ['unreachable', null]);
  assert.deepEqual(statusOf('GOTO:phones^100^1'), ['continued', null]);
  assert.deepEqual(statusOf('CANCEL', ['Forward', '103']), ['cancelled', '103']);
  assert.deepEqual(statusOf('A new word'), ['aborted', null]);
});

test('ringing is ringing and early sound', () => {
  for (const [word, ringing] of [
    ['RINGING', true],
    ['PROGRESS', true],
    ['PROCEEDING', false],
  ] as const) {
    const signal = last('DialState', ...one, ...two, ['DialStatus', word]);
    assert.ok(signal?.kind === 'dial.progressed' && signal.ringing === ringing, word);
  }
});

test('a hang-up gives cause and SIP status, but not what the PBX itself told a line that called it or was up', () => {
  const ended = (state: string, techCause: string) =>
    last(
      'Hangup',
      ...channel('', 'PJSIP/101-00000001', '1700000000.1', state),
      ['Cause', '21'],
      ['TechCause', techCause],
    );
  assert.deepEqual(ended('5', '603'), {
    kind: 'channel.ended',
    at: 42,
    channelId: '1700000000.1',
    cause: 21,
    sipStatus: 603,
  });
  for (const [state, text, status] of [
    ['4', '603', null],
    ['6', '404', null],
    ['5', 'SIP 486 Busy', 486],
    ['5', 'x', null],
  ] as const) {
    const signal = ended(state, text);
    assert.ok(signal?.kind === 'channel.ended' && signal.sipStatus === status, text);
  }
});

test('only a device asks for the end; the PBX ending a channel is nobody asking', () => {
  assert.equal(last('HangupRequest', ...one)?.kind, 'channel.hangup_requested');
  assert.equal(last('HangupRequest', ...channel('', 'Local/1@x-1;1', '1700000000.3'))?.kind, 'channel.seen');
  assert.deepEqual(read('SoftHangupRequest', ...one), []);
});

test('bridges: holding or not, and in whose place', () => {
  const bridge: [string, string][] = [
    ['BridgeUniqueid', 'b1'],
    ['BridgeTechnology', 'holding_bridge'],
  ];
  const entered = last('BridgeEnter', ...one, ...bridge, ['SwapUniqueid', '1700000000.7']);
  assert.ok(entered?.kind === 'bridge.entered' && entered.holding && entered.swapFor === '1700000000.7');
  assert.equal(last('BridgeLeave', ...one, ...bridge)?.kind, 'bridge.left');
  assert.equal(last('BridgeDestroy', ...bridge)?.kind, 'bridge.ended');
});

test('services are known by application, queue and conference', () => {
  const entered = (application: string, data: string) => {
    const signal = last('Newexten', ...one, ['Application', application], ['AppData', data]);
    return signal?.kind === 'service.entered' ? [signal.service, signal.name] : null;
  };
  assert.deepEqual(entered('VoiceMail', '101@default&102@default,u'), ['voicemail', '101@default']);
  assert.deepEqual(entered('BackGround', 'welcome'), ['ivr', 'phones']);
  assert.equal(entered('Playback', 'please-hold'), null);
  const queue = last('QueueCallerJoin', ...one, ['Queue', 'support']);
  assert.ok(queue?.kind === 'queue.joined' && queue.queue === 'support');
});

test('any packet at all gives signals or none, never an error', () => {
  const name = fc.constantFrom(
    'Event',
    'Channel',
    'Uniqueid',
    'DestUniqueid',
    'DestChannel',
    'Cause',
    'Timestamp',
    'BridgeUniqueid',
    'x',
  );
  const value = fc.oneof(
    fc.constantFrom('Hangup', 'DialEnd', 'BridgeEnter', 'Newexten', '1700000000.1', 'PJSIP/1-1', ''),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (headers) => {
      for (const signal of normalise(new AmiPacket(headers), 42)) assert.ok(Number.isFinite(signal.at));
    }),
  );
});
