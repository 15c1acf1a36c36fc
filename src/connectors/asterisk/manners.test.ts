import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AmiPacket } from './ami/packet.ts';
import { Manners } from './manners.ts';

const channel: [string, string][] = [
  ['Event', 'Newchannel'],
  ['Channel', 'PJSIP/101-00000001'],
  ['Uniqueid', '1700000000.1'],
];
const timed: [string, string] = ['Timestamp', '1700000000.5'];
const variable = (name: string): [string, string] => ['ChanVariable', `${name}=`];
const bothVariables = [variable('QUEUESTATUS'), variable('MIXMONITOR_FILENAME')];

function heard(...headers: readonly (readonly [string, string])[]): Manners {
  const manners = new Manners();
  manners.hear(new AmiPacket(headers));
  return manners;
}
const remedies = (manners: Manners): string[] => manners.shortcomings().map(({ remedy }) => remedy);

test('a PBX that is set up as the guide says lacks nothing', () => {
  const manners = heard(...channel, timed, ...bothVariables);
  assert.deepEqual(manners.shortcomings(), []);
  assert.deepEqual(manners.unseen, []);
});

test('events without their time: the remedy is timestampevents', () => {
  const [only, ...others] = remedies(heard(...channel, ...bothVariables));
  assert.match(only ?? '', /^set timestampevents = yes/);
  assert.deepEqual(others, []);
});

test('variables that are not shown are named, and the remedy has both', () => {
  for (const [shown, missing] of [
    [[], /QUEUESTATUS and MIXMONITOR_FILENAME/],
    [[variable('QUEUESTATUS')], /not show MIXMONITOR_FILENAME,/],
    [[variable('MIXMONITOR_FILENAME')], /not show QUEUESTATUS,/],
  ] as const) {
    const [only, ...others] = heard(...channel, timed, ...shown).shortcomings();
    assert.match(only?.problem ?? '', missing);
    assert.match(only?.remedy ?? '', /channelvars = QUEUESTATUS,MIXMONITOR_FILENAME/);
    assert.deepEqual(others, []);
  }
});

test('of a PBX that says nothing of channels nothing is known', () => {
  const manners = heard(['Event', 'FullyBooted']);
  assert.deepEqual(manners.shortcomings(), []);
  assert.deepEqual(manners.unseen, ['timestampevents', 'channelvars']);
});

test('a channel that was listed shows its variables, and not whether events have their time', () => {
  const listed = heard(...channel, ['ActionID', '7'], ...bothVariables);
  assert.deepEqual(listed.shortcomings(), []);
  assert.deepEqual(listed.unseen, ['timestampevents']);
});
