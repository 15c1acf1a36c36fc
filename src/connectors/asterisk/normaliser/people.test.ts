import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AmiPacket } from '../ami/packet.ts';
import { watchFacts } from './hint.ts';
import { mailboxFacts, normalisePeople } from './people.ts';
import { memberFacts } from './queue-member.ts';

type Headers = readonly (readonly [string, string])[];
const packet = (event: string, headers: Readonly<Record<string, string>>): AmiPacket =>
  new AmiPacket([['Event', event], ...Object.entries(headers)]);
const read = (event: string, headers: Readonly<Record<string, string>>) => normalisePeople(packet(event, headers), 42);
const shown = {
  Channel: 'PJSIP/trunk-carrier-00000018',
  ChannelState: '6',
  CallerIDNum: '12157010680',
  CallerIDName: 'Alice',
  Uniqueid: '1795254610.24',
  Linkedid: '1795254610.24',
};

test('the state of a device', () => {
  const line = (State: string) => {
    const [signal] = read('DeviceStateChange', { Device: 'PJSIP/101', State });
    return signal?.kind === 'device.changed' ? [signal.device.device, signal.device.line] : signal;
  };
  assert.deepEqual(line('NOT_INUSE'), ['PJSIP/101', 'idle']);
  assert.deepEqual(line('RINGINUSE'), ['PJSIP/101', 'in_use']);
  assert.deepEqual(line('UNAVAILABLE'), ['PJSIP/101', 'unavailable']);
  assert.deepEqual(line('SOMETHING NEW'), ['PJSIP/101', 'unknown']);
  assert.deepEqual(read('DeviceStateChange', {}), []);
  // Asterisk's own: an agent is paused, a queue may be joined, messages wait; a way through the dialplan is always free.
  for (const Device of [
    'Local/101@phones/n',
    'Queue:q1_pause_PJSIP/101',
    'Queue:q1_avail',
    'MWI:101@default',
    'Custom:nightmode',
  ]) {
    assert.deepEqual(read('DeviceStateChange', { Device, State: 'INUSE' }), []);
  }
});

test('do not disturb, as systems with a web front end keep it', () => {
  const status = (State: string) => read('DeviceStateChange', { Device: 'Custom:DND101', State })[0];
  const facts = { source: 'Custom:DND101', who: '101', message: null };
  assert.deepEqual(status('BUSY'), { kind: 'status.changed', at: 42, status: { ...facts, status: 'do_not_disturb' } });
  assert.deepEqual(status('NOT_INUSE'), { kind: 'status.changed', at: 42, status: { ...facts, status: null } });
});

test('presence that somebody set', () => {
  const headers = { Presentity: 'CustomPresence:101', Status: 'away', Subtype: '', Message: 'back at two' };
  const facts = { source: 'CustomPresence:101', who: '101', status: 'away', message: 'back at two' };
  assert.deepEqual(read('PresenceStateChange', headers), [{ kind: 'status.changed', at: 42, status: facts }]);
  const [unset] = read('PresenceStateChange', { ...headers, Status: 'not_set', Message: '' });
  assert.deepEqual(unset?.kind === 'status.changed' && [unset.status.status, unset.status.message], [null, null]);
});

test('a hint: what it watches, and that it is no more', () => {
  const headers = { Exten: '101', Context: 'hints', Hint: 'PJSIP/101&Custom:DND101,CustomPresence:101' };
  const [changed] = read('ExtensionStatus', { ...headers, Status: '9' });
  assert.deepEqual(changed?.kind === 'watch.changed' && changed.watch, {
    number: '101',
    context: 'hints',
    serves: 'phone',
    line: 'in_use',
    mixed: true,
    devices: ['PJSIP/101'],
    statuses: ['CustomPresence:101'],
  });
  const removed = { kind: 'watch.removed', at: 42, number: '101', context: 'hints' };
  assert.deepEqual(read('ExtensionStatus', { ...headers, Status: '-2' }), [removed]);
});

test('hints of parking slots and of switches in the dialplan are about nobody', () => {
  const serves = (Hint: string) => watchFacts(packet('ExtensionStatus', { Exten: '401', Hint, Status: '0' }))?.serves;
  assert.equal(serves('park:401@parked'), undefined);
  assert.equal(serves('Custom:nightmode'), undefined);
  assert.equal(serves(''), undefined);
  assert.equal(serves('Confbridge:300'), 'conference');
  assert.equal(serves('Queue:support'), 'queue');
  assert.equal(serves('Custom:DND101&SIP/101'), 'phone');
});

const member = {
  Queue: 'support',
  MemberName: 'Bob',
  Interface: 'Local/101@phones/n',
  StateInterface: 'hint:101@hints',
  Status: '1',
  Paused: '1',
  PausedReason: 'lunch',
};
const memberRead = {
  queue: 'support',
  agent: '101',
  name: 'Bob',
  device: '101@hints',
  paused: true,
  reason: 'lunch',
  line: 'idle',
  pool: null,
};

test('a member of a queue, in each of its events and in the list', () => {
  const kinds = ['Added', 'Status', 'Pause', 'Penalty', 'Ringinuse'];
  for (const kind of kinds) {
    assert.deepEqual(
      read(`QueueMember${kind}`, member),
      [{ kind: 'member.changed', at: 42, member: memberRead }],
      kind,
    );
  }
  const { MemberName: Name, Interface: Location, ...rest } = member;
  assert.deepEqual(memberFacts(packet('QueueMember', { ...rest, Name, Location })), memberRead);
  const gone = { kind: 'member.removed', at: 42, queue: 'support', agent: '101' };
  assert.deepEqual(read('QueueMemberRemoved', member), [gone]);
});

test('an agent without a name is called as the queue calls them', () => {
  const nameless = (Interface: string) =>
    memberFacts(packet('QueueMember', { ...member, Interface, MemberName: Interface }));
  assert.deepEqual([nameless('PJSIP/101')?.agent, nameless('PJSIP/101')?.name], ['PJSIP/101', 'PJSIP/101']);
  assert.deepEqual([nameless('Local/101@x/n')?.agent, nameless('Local/101@x/n')?.name], ['101', '101']);
});

test('an agent of a pool, who signs on and off', () => {
  const poolOf = (changes: object) => memberFacts(packet('QueueMember', { ...member, ...changes }))?.pool;
  assert.equal(poolOf({ Interface: 'Local/7@agents', StateInterface: 'Agent:7' }), 'Agent:7');
  assert.equal(poolOf({ Interface: 'Agent/7', StateInterface: 'Agent/7' }), 'Agent:7');
  const [on] = read('AgentLogin', { ...shown, Agent: '7' });
  assert.deepEqual(on, { kind: 'agent.signed', at: 42, pool: 'Agent:7', on: true, device: 'PJSIP/trunk-carrier' });
  const [off] = read('AgentLogoff', { ...shown, Agent: '7', Logintime: '9' });
  assert.deepEqual(off, { kind: 'agent.signed', at: 42, pool: 'Agent:7', on: false, device: null });
});

test('contacts and peers', () => {
  const contact = (ContactStatus: string) =>
    read('ContactStatus', { URI: 'sip:101@192.0.2.7', AOR: '101', EndpointName: '101', ContactStatus })[0];
  const facts = { kind: 'contact.changed', at: 42, device: 'PJSIP/101', contact: 'sip:101@192.0.2.7' };
  assert.deepEqual(contact('Reachable'), { ...facts, reachable: true });
  assert.deepEqual(contact('Removed'), { ...facts, reachable: false });
  const [peer] = read('PeerStatus', { ChannelType: 'SIP', Peer: 'SIP/101', PeerStatus: 'Unregistered' });
  assert.deepEqual(peer, { kind: 'contact.changed', at: 42, device: 'SIP/101', contact: 'peer', reachable: false });
});

test('messages that wait, with the channel that left one', () => {
  const counts = { Mailbox: '101@default', Waiting: '1', New: '1', Old: '2' };
  const facts = { kind: 'mailbox.counted', at: 42, mailbox: '101@default', newCount: 1, oldCount: 2 };
  const nobody = { channelId: null, callerNumber: null, callerName: null };
  assert.deepEqual(read('MessageWaiting', counts), [{ ...facts, ...nobody }]);
  const alice = { channelId: '1795254610.24', callerNumber: '12157010680', callerName: 'Alice' };
  assert.deepEqual(read('MessageWaiting', { ...shown, ...counts }), [{ ...facts, ...alice }]);
  const file = '/spool/101/INBOX/msg0000';
  const left = read('MessageWaiting', { ...shown, ChanVariable: `VM_MESSAGEFILE=${file}`, ...counts });
  assert.deepEqual(left, [{ ...facts, ...alice, file }]);
  const heard = read('MessageWaiting', { ...shown, ChanVariable: 'VM_MESSAGEFILE=', ...counts });
  assert.deepEqual(heard, [{ ...facts, ...alice, file: null }]);
  assert.deepEqual(read('MessageWaiting', { Mailbox: '101@default', Waiting: '1' }), []);
});

test('a mailbox as it is listed', () => {
  const headers = {
    VMContext: 'default',
    VoiceMailbox: '101',
    Fullname: 'Bob',
    NewMessageCount: '1',
    OldMessageCount: '0',
  };
  const facts = { mailbox: '101@default', name: 'Bob', newCount: 1, oldCount: 0 };
  assert.deepEqual(mailboxFacts(packet('VoicemailUserEntry', headers)), facts);
});

const in64 = (text: string): string => Buffer.from(text).toString('base64');

test('a text message that the dialplan tells of', () => {
  const headers = {
    UserEvent: 'OffhookMessage',
    Direction: 'in',
    Id: in64('call-1@phone'),
    From: in64('"Alice, \u{1F4DE}" <sip:12157010680@192.0.2.7:5060;transport=udp>'),
    To: in64('pjsip:101'),
    Text: in64('Hello\r\nEvent: Hangup\r\n\r\n'),
    Status: 'SUCCESS',
  };
  const message = {
    id: 'call-1@phone',
    way: 'in',
    from: '12157010680@192.0.2.7:5060',
    fromName: 'Alice, \u{1F4DE}',
    to: '101',
    extension: null,
    text: 'Hello\r\nEvent: Hangup\r\n\r\n',
    passedOn: true,
  };
  assert.deepEqual(read('UserEvent', headers), [{ kind: 'message.passed', at: 42, message }]);
  assert.deepEqual(read('UserEvent', { ...headers, UserEvent: 'SomethingElse' }), []);
  const [bare] = read('UserEvent', { UserEvent: 'OffhookMessage' });
  const nobody = { from: null, fromName: null, to: null, extension: null };
  const nothing = { id: null, way: 'out', ...nobody, text: '', passedOn: null };
  assert.deepEqual(bare, { kind: 'message.passed', at: 42, message: nothing });
});

const names = [
  'DeviceStateChange',
  'PresenceStateChange',
  'ExtensionStatus',
  'ContactStatus',
  'PeerStatus',
  'UserEvent',
];
const more = ['QueueMemberAdded', 'QueueMemberRemoved', 'AgentLogin', 'AgentLogoff', 'MessageWaiting', 'Hangup'];
const headerNames = [
  'Device',
  'State',
  'Exten',
  'Hint',
  'Status',
  'Queue',
  'Interface',
  'Mailbox',
  'New',
  'Old',
  'From',
];

test('no event makes it throw, whatever is in it or missing', () => {
  const someHeaders = fc.array(fc.tuple(fc.constantFrom(...headerNames), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(fc.constantFrom(...names, ...more), someHeaders, (event, headers) => {
      const all: Headers = [['Event', event], ['UserEvent', 'OffhookMessage'], ...headers];
      normalisePeople(new AmiPacket(all), 42);
    }),
  );
});
