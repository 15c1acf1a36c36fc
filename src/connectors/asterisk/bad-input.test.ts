/** A PBX that talks nonsense, or is none: nothing crashes, nothing grows, what is real is still followed, and it is told. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import * as fc from 'fast-check';
import type { Headers } from '../../../test/support/asterisk-manager.ts';
import { packet } from '../../../test/support/asterisk-manager.ts';
import { type PlayedChannel, type PlayedPbx, shown, startPlayedPbx } from '../../../test/support/asterisk-pbx.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { NewEvent } from '../../model/event.ts';
import type { NotUnderstood } from '../not-understood.ts';
import type { AsteriskConfig } from './config.ts';
import { createAsteriskConnector } from './connector.ts';

const created = 1_767_225_600;
const secret = 'geheim';
const caller: PlayedChannel = {
  name: 'PJSIP/101-00000001',
  id: `${created}.1`,
  state: '4',
  number: '101',
  exten: '102',
};
const callee: PlayedChannel = {
  ...caller,
  name: 'PJSIP/102-00000002',
  id: `${created}.2`,
  linkedId: caller.id,
  state: '5',
  number: '102',
};

async function listen(t: TestContext, auth: 'md5' | 'plain' = 'md5') {
  const pbx = await startPlayedPbx();
  t.after(() => pbx.manager.stop());
  const clock = new ManualClock(created * 1000 + 60_000);
  const events: NewEvent[] = [];
  const logged: string[] = [];
  const log = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const config: AsteriskConfig = {
    id: 'pbx1',
    host: '127.0.0.1',
    port: pbx.manager.port,
    username: 'hub',
    secret,
    auth,
    tls: { enabled: false, ca: null, serverName: null, verify: true },
    reseller: 'default',
    domain: 'acme',
    country: 'US',
    trunks: ['PJSIP/trunk-*'],
    extensions: '^[0-9]{3}$',
    maxBufferedBytes: 64_000_000,
    pingEvery: 15_000,
  };
  const connector = createAsteriskConnector(config, {
    clock,
    random: { next: () => 0.5 },
    logger: { debug: log, info: log, warn: log, error: log },
    accept: (batch) => Promise.resolve(void events.push(...batch)),
    openCalls: () => Promise.resolve([]),
  });
  t.after(() => connector.stop());
  await connector.start();
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };
  const isUp = (): boolean => connector.status().state === 'up';
  await until(isUp);
  const notUnderstood = (kind: NotUnderstood['kind']) =>
    connector.figures().notUnderstood.find((one) => one.kind === kind);
  /** A whole call, the id of which is new each time; resolves when its end was told. */
  let calls = 0;
  const call = async (): Promise<void> => {
    calls++;
    const id = (channel: PlayedChannel): PlayedChannel => ({
      ...channel,
      id: `${channel.id}${calls}`,
      linkedId: `${caller.id}${calls}`,
    });
    const ended = (): number => events.filter(({ type }) => type === 'call.ended').length;
    const before = ended();
    pbx.emit('Newchannel', shown(id(caller)));
    pbx.emit('DialBegin', shown(id(caller)), shown(id(callee), 'Dest'));
    for (const channel of [callee, caller]) pbx.emit('Hangup', shown(id(channel)), [['Cause', '16']]);
    await until(() => ended() > before);
  };
  const comeBack = async (): Promise<void> => {
    // Not a moment longer than the wait for the next attempt, which would be given up within the same advance.
    clock.advance((clock.nextDue() ?? 0) - clock.monotonic());
    await until(isUp);
  };
  return { pbx, connector, events, logged, until, isUp, comeBack, notUnderstood, call };
}

function say(pbx: PlayedPbx, bytes: Buffer | string): void {
  for (const socket of pbx.manager.sockets) socket.write(bytes);
}

test('lines that are no headers are passed over, counted, and shown by their shape', async (t) => {
  const { pbx, call, isUp, notUnderstood, logged } = await listen(t);
  say(pbx, 'hunter2 is here\r\nPASSWORD hunter2\r\n\r\n');
  say(pbx, `Event: Newchannel\r\nno header\r\nUniqueid: ${created}.77\r\n\r\n`);
  await call();
  assert.ok(isUp());
  assert.equal(notUnderstood('broken_line')?.count, 3);
  assert.equal(notUnderstood('broken_line')?.sample, 'xxxxxx9 xx xxxx');
  assert.equal(notUnderstood('incomplete_event')?.sample, `Event: Newchannel | Uniqueid: ${created}.77`);
  assert.equal(logged.filter((line) => line.includes('not understood')).length, 2);
  assert.doesNotMatch(logged.join('\n'), /hunter2/);
});

test('any bytes: what comes behind them is understood', async (t) => {
  const { pbx, call, isUp, connector } = await listen(t);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
      say(pbx, Buffer.concat([bytes, Buffer.from('\r\n\r\n')]));
      await call();
    }),
    { numRuns: 50 },
  );
  assert.ok(isUp());
  assert.ok(connector.figures().notUnderstood.length > 0);
});

test('a packet cut off by the end of the connection does no harm', async (t) => {
  const { pbx, call, until, comeBack, connector } = await listen(t);
  const whole = packet([['Event', 'Newchannel'], ...shown(caller)]);
  for (const length of [1, 20, whole.length - 2]) {
    say(pbx, whole.slice(0, length));
    for (const socket of pbx.manager.sockets) socket.end();
    await until(() => connector.status().state === 'down');
    await comeBack();
  }
  await call();
});

test('a header of 50 MB ends the connection after the first one, is told, and the next connection works', async (t) => {
  const { pbx, call, until, comeBack, connector, notUnderstood } = await listen(t);
  const before = process.memoryUsage().arrayBuffers;
  const piece = Buffer.alloc(1_000_000, 0x41);
  const socket = [...pbx.manager.sockets][0] as Socket;
  say(pbx, 'Event: Newchannel\r\nCallerIDName: ');
  let most = 0;
  for (let sent = 0; sent < 50 && !socket.destroyed; sent++) {
    await new Promise((resolve) => socket.write(piece, resolve));
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  await until(() => connector.status().state === 'down');
  assert.ok(most - before < 15_000_000, `${most - before} bytes more`);
  assert.match(connector.status().problem ?? '', /a packet of more than 1048576 bytes/);
  assert.equal(notUnderstood('oversized')?.count, 1);
  assert.match(notUnderstood('oversized')?.sample ?? '', /^Event: Xxxxxxxxxx/i);
  await comeBack();
  await call();
});

test('a header that is too long is cut, and said so', async (t) => {
  const { pbx, call, notUnderstood, events } = await listen(t);
  const long = 'x'.repeat(100_000);
  pbx.emit('Newchannel', shown({ ...caller, id: `${created}.500`, number: long }), [['CallerIDName', long]]);
  pbx.emit('Hangup', shown({ ...caller, id: `${created}.500` }));
  await call();
  assert.equal(notUnderstood('cut_line')?.count, 2);
  assert.ok(events.every((event) => JSON.stringify(event).length < 5_000));
});

test('events of unknown names are counted, however many, and nothing is kept of them but one sample', async (t) => {
  const { pbx, call, notUnderstood, logged } = await listen(t);
  for (let index = 0; index < 2_000; index++) pbx.emit(`Brandnew${index}`, [['Secret', 'hunter2']]);
  pbx.emit('VarSet', [['Variable', 'PASSWORD']]);
  await call();
  assert.equal(notUnderstood('unknown_event')?.count, 2_000);
  assert.match(
    notUnderstood('unknown_event')?.sample ?? '',
    /^Event: Brandnew\d+ \| Secret: xxxxxx9$|^Event: xxxxxxxx9+ \|/,
  );
  assert.equal(logged.filter((line) => line.includes('unknown_event')).length, 1);
});

test('a name that is no UTF-8 is read as Latin-1, and said so', async (t) => {
  const { pbx, call, events, notUnderstood } = await listen(t);
  const text = packet([['Event', 'Newchannel'], ...shown({ ...caller, id: `${created}.600` })]);
  say(pbx, Buffer.from(text.replace('<unknown>', 'J\u00f6rg'), 'latin1'));
  pbx.emit('DialBegin', shown({ ...caller, id: `${created}.600` }), shown({ ...callee, id: `${created}.601` }, 'Dest'));
  for (const number of [601, 600]) pbx.emit('Hangup', shown({ ...caller, id: `${created}.${number}` }));
  await call();
  assert.equal(notUnderstood('not_utf8')?.sample, 'CallerIDName: x\\xf6xx');
  assert.ok(events.some(({ call: told }) => told?.from.number === '101'));
});

test('what contradicts itself, or what was said before, is told, and a call still ends once', async (t) => {
  const { pbx, call, events, notUnderstood } = await listen(t);
  const one = { ...caller, id: `${created}.700` };
  pbx.emit('Newchannel', shown(one));
  pbx.emit('Newstate', shown({ ...one, state: '6' }), [['ChannelStateDesc', 'Ringing']]);
  pbx.emit('Newstate', shown({ ...one, state: '99' }));
  pbx.emit('Hangup', shown(one));
  pbx.emit('Hangup', shown(one));
  pbx.emit('Newstate', shown({ ...one, state: '6' }));
  pbx.emit('BridgeEnter', shown(one), [['BridgeUniqueid', 'b1']]);
  await call();
  assert.equal(notUnderstood('contradiction')?.count, 4);
  assert.equal(notUnderstood('unknown_value')?.count, 1);
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  assert.equal(count('call.ended'), count('call.started'));
});

test('words that JavaScript knows are words like any other', async (t) => {
  const { pbx, call, isUp, events } = await listen(t);
  for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    const one = { ...caller, id: `${created}.8${word.length}`, state: word, number: word, exten: word };
    const more: Headers = ['DialStatus', 'Cause', 'Application', 'DestType', 'Result', 'Timestamp', word].map(
      (name) => [name, word],
    );
    for (const event of [
      'Newchannel',
      'Newexten',
      'DialBegin',
      'DialEnd',
      'AttendedTransfer',
      'HangupRequest',
      'Hangup',
      word,
    ]) {
      pbx.emit(event, shown(one), shown({ ...one, id: `${one.id}1` }, 'Dest'), more);
    }
  }
  await call();
  assert.ok(isUp());
  for (const event of events) assert.doesNotMatch(JSON.stringify(event), /function|\[native/);
});

test('a secret that is sent back is in no sample and no line of the log', async (t) => {
  const { pbx, call, connector, logged } = await listen(t, 'plain');
  say(
    pbx,
    `${secret}: x\r\n${secret}\r\n\r\nEvent: ${secret}\r\nSecret: ${secret}\r\n\r\nEvent: Newchannel\r\nCause: ${secret}\r\n\r\n`,
  );
  await call();
  assert.equal(connector.figures().notUnderstood.length, 3);
  assert.doesNotMatch(JSON.stringify([connector.figures(), connector.status(), logged]), new RegExp(secret));
});
