import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Headers } from '../../../test/support/asterisk-manager.ts';
import { startPlayedPbx } from '../../../test/support/asterisk-pbx.ts';
import { systemClock } from '../../kit/clock.ts';
import type { AsteriskConfig } from './config.ts';
import { probeAsterisk } from './probe.ts';

const everything = ['DeviceStateList', 'PresenceStateList', 'Originate', 'Hangup', 'BlindTransfer'];

/** What is wrong with a PBX whose user may do just this; null: it does not say what it may. */
async function problemsOf(t: TestContext, may: readonly string[] | null, commands?: AsteriskConfig['commands']) {
  const pbx = await startPlayedPbx();
  t.after(() => pbx.manager.stop());
  const listed: Headers = (may ?? []).map((name) => [name, 'what it does  (Priv: reporting,all)']);
  const refusal: Headers = [
    ['Response', 'Error'],
    ['Message', 'Permission denied'],
  ];
  pbx.obey = (action) => {
    if (action.get('action') !== 'ListCommands') return undefined;
    return may === null ? refusal : [['Response', 'Success'], ...listed];
  };
  const { troubles } = await probeAsterisk(
    {
      ...{ id: 'pbx1', host: '127.0.0.1', port: pbx.manager.port, username: 'hub', secret: 'geheim', auth: 'md5' },
      tls: { enabled: false, ca: null, serverName: null, verify: true },
      ...{ reseller: 'default', domain: 'acme', country: 'US', trunks: [], extensions: '^[0-9]{3}$' },
      ...{ maxBufferedBytes: 64_000_000, pingEvery: 3_600_000, ...(commands && { commands }) },
    },
    systemClock,
  );
  // That it has booted it does not say either, here.
  const own = troubles.filter(({ problem }) => !problem.includes('booted') && !problem.includes('clock'));
  return own.map(({ isFatal, problem, remedy }) => `${isFatal ? 'fatal: ' : ''}${problem}: ${remedy}`);
}

test('lists that a PBX does not have are warned of, with the module that has them', async (t) => {
  const [devices, presence, ...others] = await problemsOf(t, ['Originate']);
  assert.match(devices ?? '', /^it does not list .*DeviceStateList.*res_manager_devicestate\.so.*\[hub\].*reporting/);
  assert.match(presence ?? '', /^it does not list .*PresenceStateList.*res_manager_presencestate\.so/);
  assert.deepEqual(others, []);
});

test('nothing is said where all is there, or the PBX does not say what it has', async (t) => {
  assert.deepEqual(await problemsOf(t, everything), []);
  assert.deepEqual(await problemsOf(t, null), []);
});

test('rights to command are looked at where commands are on', async (t) => {
  const none = { channel: null, outside: null, prefixes: [], notEmergency: [], callerId: null, perMinute: 60 };
  const lists = everything.slice(0, 2);
  assert.deepEqual(await problemsOf(t, lists, { ...none, context: null }), []);
  const [problem, ...others] = await problemsOf(t, lists, { ...none, context: 'phones' });
  assert.match(problem ?? '', /may not Originate, Hangup, BlindTransfer/);
  assert.deepEqual(others, []);
});
