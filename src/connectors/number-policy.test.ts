import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createJudge } from './number-policy.ts';

const policy = { extensions: '^[0-9]{3,4}$', country: 'US', prefixes: ['+1', '1', '0049'] };
const judge = createJudge(policy);

test('extensions and numbers with an allowed beginning may be called, however people write them', () => {
  assert.deepEqual(judge('101'), { kind: 'extension', number: '101' });
  assert.deepEqual(judge('+1 (215) 701-0680'), { kind: 'outside', number: '+12157010680' });
  assert.deepEqual(judge('0049.89/1234567'), { kind: 'outside', number: '0049891234567' });
});

test('others may not, and are told why', () => {
  for (const number of ['+44207946000', '004489', '8005550100'])
    assert.equal(judge(number).kind, 'not_allowed', number);
  assert.equal(createJudge({ ...policy, prefixes: [] })('+12157010680').kind, 'not_allowed');
});

test('emergency numbers are for people, though they look like an extension and however they are written', () => {
  for (const number of ['911', '9-1-1', ' 933 ', '+911']) assert.equal(judge(number).kind, 'not_allowed', number);
  const open = createJudge({ extensions: '^[0-9]+$', country: 'GB', prefixes: ['9', '1'] });
  for (const number of ['999', '112']) assert.equal(open(number).kind, 'not_allowed', number);
});

test('an extension pattern without ends makes no extension of a number outside', () => {
  const loose = createJudge({ ...policy, extensions: '[0-9]{3}', prefixes: [] });
  assert.equal(loose('9005550100').kind, 'not_allowed');
  assert.equal(loose('101').kind, 'extension');
});

test('what is no number is none: names, feature codes, dial strings, line ends', () => {
  const texts = [
    '',
    '+',
    'alice',
    '*97',
    '#1',
    '101@evil',
    '101&PJSIP/9',
    '101,1',
    '101\r\nAction: Logoff',
    '1\u0000',
    '++1',
  ];
  for (const text of [...texts, '1'.repeat(33), ' '.repeat(70), '١٢٣'])
    assert.equal(judge(text).kind, 'no_number', text);
});

test('whatever comes in, what may be called is digits with at most one plus before them', () => {
  const odd = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[+0-9 ()./\r\n-]{0,40}$/));
  fc.assert(
    fc.property(odd, (text) => {
      const found = judge(text);
      if (found.kind === 'extension' || found.kind === 'outside') assert.match(found.number, /^\+?[0-9]{1,32}$/);
    }),
  );
});
