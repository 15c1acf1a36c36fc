import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { CallOrder } from '../../../calls/commands.ts';
import { createJudge } from '../../number-policy.ts';
import { encodeAction, InvalidActionError } from '../ami/action.ts';
import { createdAtOf } from '../normaliser/channel-facts.ts';
import {
  deviceOfDialString,
  dialStringOf,
  expectedFacts,
  isOurChannelId,
  newChannelId,
  originateAction,
} from './order-channel.ts';

const config = {
  context: 'phones',
  channel: 'PJSIP/{extension}',
  outside: 'PJSIP/{number}@trunk-1',
  prefixes: ['+1'],
  notEmergency: [],
  callerId: '+13125550100',
  perMinute: 60,
};
const origin = { source: 'api', requestId: null, billingCode: null, buttonId: null, onBehalfOf: '101' } as const;
const order: CallOrder = {
  from: { kind: 'extension', number: '101' },
  to: { kind: 'outside', number: '+12157010680' },
  first: 'from',
  ringMs: 20_000,
  origin,
};

test('an id of ours says when its channel was made, as those of the PBX do, and is known again', () => {
  const id = newChannelId(1_767_225_600_123, 0.5);
  assert.equal(id, 'offhook-1767225600.500000000000');
  assert.equal(createdAtOf(id), 1_767_225_600_000);
  assert.ok(isOurChannelId(id));
  for (const other of ['offhook-7', '1767225600.5', `${id}\r\n`, `x${id}`, null]) assert.ok(!isOurChannelId(other));
});

test('the channel comes from the template for its kind of number, or there is none', () => {
  assert.equal(dialStringOf(config, order.from), 'PJSIP/101');
  assert.equal(dialStringOf(config, order.to), 'PJSIP/+12157010680@trunk-1');
  assert.equal(dialStringOf({ ...config, outside: null }, order.to), null);
});

test('its device is told from what is dialled', () => {
  assert.equal(deviceOfDialString('PJSIP/101'), 'PJSIP/101');
  assert.equal(deviceOfDialString('PJSIP/+1215@trunk-1'), 'PJSIP/trunk-1');
  assert.equal(deviceOfDialString('PJSIP/trunk-1/sip:1215@192.0.2.1:5060'), 'PJSIP/trunk-1');
  assert.equal(deviceOfDialString('SIP/trunk-1/1215'), 'SIP/trunk-1');
});

test('what is asked: the first end by its channel, the second in the dialplan, nothing else', () => {
  const channel = { id: 'offhook-1767225600.1', dialString: 'PJSIP/101', first: order.from, second: order.to };
  const action = originateAction(channel, { ...order, origin: { ...origin, billingCode: 'B-7' } }, config);
  assert.deepEqual(action, {
    name: 'Originate',
    id: 'offhook-1767225600.1',
    headers: {
      Channel: 'PJSIP/101',
      ChannelId: 'offhook-1767225600.1',
      Context: 'phones',
      Exten: '+12157010680',
      Priority: '1',
      CallerID: '<101>',
      Timeout: '20000',
      Async: 'true',
      Account: 'B-7',
    },
  });
});

test('somebody outside who is called first is shown the configured number, or whose call it is', () => {
  const channel = { id: 'offhook-1767225600.1', dialString: 'PJSIP/x@trunk-1', first: order.to, second: order.from };
  const shown = (changes: object) => originateAction(channel, order, { ...config, ...changes }).headers?.['CallerID'];
  assert.equal(shown({}), '<+13125550100>');
  assert.equal(shown({ callerId: null }), '<101>');
});

test('no value that anybody sends adds a line to an action, or a header', () => {
  const judge = createJudge({ extensions: '^[0-9]{3}$', country: 'US', prefixes: ['+1', '1'] });
  const odd = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[+0-9 ()./\r\n:-]{0,40}$/),
    fc.constantFrom('101\r\nAction: Command', 'B\nVariable: X=1', 'a\u0000b', 'x\u2028y', '1\r', '\n'),
  );
  const nothingMore = new Set([
    'Action',
    'ActionID',
    ...Object.keys(
      originateAction(
        { id: '', dialString: '', first: order.from, second: order.to },
        { ...order, origin: { ...origin, billingCode: 'B' } },
        config,
      ).headers ?? {},
    ),
  ]);
  fc.assert(
    fc.property(odd, odd, odd, odd, (from, to, code, onBehalfOf) => {
      const [first, second] = [judge(from), judge(to)];
      if (!('number' in first) || !('number' in second)) return;
      const dialString = dialStringOf(config, first) ?? '';
      const said = { ...origin, requestId: code, billingCode: code, buttonId: code, onBehalfOf };
      const channel = { id: newChannelId(1_767_225_600_000, 0.1), dialString, first, second };
      try {
        const action = originateAction(channel, { ...order, origin: said }, { ...config, callerId: null });
        const lines = encodeAction(action, channel.id)
          .split(/[\r\n\0]+/)
          .filter((line) => line !== '');
        for (const line of lines) assert.ok(nothingMore.has(line.split(':')[0] ?? ''), line);
        assert.ok(lines.length <= nothingMore.size);
      } catch (error) {
        assert.ok(error instanceof InvalidActionError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what is expected is a device that was made when its id says', () => {
  const id = newChannelId(1_767_225_600_999, 0.5);
  const facts = expectedFacts({ id, dialString: 'PJSIP/101', first: order.from, second: order.to }, 1_767_225_600_999);
  assert.deepEqual([facts.device, facts.kind, facts.createdAt], ['PJSIP/101', 'device', createdAtOf(id)]);
});
