import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createJudge, createSameness } from './number-policy.ts';

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

const refused = (judged: ReturnType<typeof judge>): boolean =>
  judged.kind === 'not_allowed' && judged.problem.includes('emergency');

test('what mobile networks take for one everywhere is one, whatever the country', () => {
  for (const country of ['US', 'GB', 'JP', 'XX', '']) {
    const here = createJudge({ ...policy, country, prefixes: ['', '+'] });
    for (const number of ['112', '911', '+112', '+911', '1 1 2', ' (112) ']) assert.ok(refused(here(number)), number);
  }
});

test('an emergency number is one behind whatever leads outside, though it looks like an extension', () => {
  for (const number of ['9911', '9-911', '0911', '9112', '0112', '9 933']) assert.ok(refused(judge(number)), number);
  const eight = createJudge({ ...policy, prefixes: ['81'] });
  assert.ok(refused(eight('8911')));
  assert.equal(judge('8911').kind, 'extension');
});

test('what looks like an extension is none where it leads out and then far to an emergency service', () => {
  const long = createJudge({ ...policy, extensions: '^[0-9]{2,6}$' });
  for (const number of ['91911', '910112', '90112', '09911', '99112']) assert.ok(refused(long(number)), number);
  for (const number of ['1911', '21911', '55112', '9100']) assert.equal(long(number).kind, 'extension', number);
});

test('a number outside that may be led to an emergency service of any country is none to call', () => {
  const outside = createJudge({ extensions: '^[2-8][0-9]{2}$', country: 'US', prefixes: ['', '+', '+1', '0049', '9'] });
  const disguised = ['+1911', '1911', '91911', '99911', '0049112', '+49110', '01149112', '901149112', '+44999', '000'];
  for (const number of ['110', '119', '999', '90999', '9000', ...disguised])
    assert.ok(refused(outside(number)), number);
});

test('whatever country’s it is, behind whatever of these, no emergency number is called outside', () => {
  const open = createJudge({ extensions: '^x$', country: 'US', prefixes: ['', '+'] });
  const heads = fc.constantFrom('', '+', '0', '9', '1', '00', '+1', '+49', '0044', '011353', '90');
  const numbers = fc.constantFrom('112', '911', '999', '000', '110', '119', '15', '10111', '122', '190', '1122');
  fc.assert(fc.property(heads, numbers, (head, number) => refused(open(head + number))));
});

test('a number that begins with an emergency number of the country, and is nobody’s in full, is that emergency number', () => {
  const cases = {
    US: ['9115551234', '911-555-1234', '99115551234', '91125550100', '911123456789', '9112155550100', '1125550100'],
    DE: ['1105551', '0110555123', '112 555 123', '9112555', '0 112 555'],
    AT: ['133555'],
    AU: ['0005551234', '000 555'],
    GB: ['9995551234', '9 999 5551', '0999 5551'],
    IN: ['9112', '100555123', '0100 555 123', '1123456789'],
    XX: ['9115551234', '112555'],
  };
  for (const [country, numbers] of Object.entries(cases)) {
    const open = createJudge({ extensions: '^x$', country, prefixes: [''] });
    for (const number of numbers) assert.ok(refused(open(number)), `${country} ${number}`);
  }
  const eight = { extensions: '^x$', country: 'US', prefixes: ['8'] };
  assert.ok(refused(createJudge(eight)('89115551234')));
});

test('who has a number that begins like one may be called: in full, or with + and the code of the country', () => {
  const cases = {
    US: [
      '+9115551234',
      '+91 11 2345 6789',
      '+91 1555 123456',
      '00911123456789',
      '011911123456789',
      '9 1 215 555 0100',
      '9335551',
    ],
    DE: ['+49 1125551', '+91 1123456789', '0049 89 1105551', '0151 12345678', '00110 555 123'],
    IN: ['9115551234', '0 9115551234', '911123456789', '011 2345 6789', '0011 2345 6789', '+91 11 2345 6789'],
    AU: ['0011 44 20 7946 0018', '0 0011 44 20 7946 0018', '02 1234 5678'],
    BR: ['019 3234 5678'],
    FR: ['01 55 51 23 45', '0 01 55 51 23 45'],
    IT: ['011 345 6789'],
    XX: ['911123456789'],
  };
  for (const [country, numbers] of Object.entries(cases)) {
    const open = createJudge({ extensions: '^x$', country, prefixes: ['', '+'] });
    for (const number of numbers) assert.equal(open(number).kind, 'outside', `${country} ${number}`);
  }
});

test('numbers and extensions that only end like one may be called', () => {
  for (const number of ['1112', '2112', '3911', '1911', '101', '110', '999', '4999']) {
    assert.equal(judge(number).kind, 'extension', number);
  }
  for (const number of ['+12125550911', '+1 900 500 0112', '0049309999112', '12157010112']) {
    assert.equal(judge(number).kind, 'outside', number);
  }
});

test('an extension that was named as none is called; a number outside is not for being named', () => {
  const known = createJudge({ ...policy, notEmergency: ['112', '9911', '0049112'] });
  assert.deepEqual(known('112'), { kind: 'extension', number: '112' });
  assert.deepEqual(known('9911'), { kind: 'extension', number: '9911' });
  for (const number of ['911', '9112', '+112', '0049112']) assert.ok(refused(known(number)), number);
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

test('two ways to write one number are one number; short numbers only where they are the same', () => {
  const same = (one: string, other: string, country = 'US'): boolean => {
    const isSame = createSameness(country);
    return isSame({ kind: 'outside', number: one }, { kind: 'outside', number: other });
  };
  for (const number of ['+12157010680', '12157010680', '2157010680', '0012157010680', '01112157010680']) {
    assert.ok(same(number, '+12157010680'), number);
  }
  assert.ok(same('02079460018', '00442079460018', 'GB'));
  assert.ok(same('101', '101'));
  for (const other of ['1010', '0101', '+12157010681']) assert.ok(!same('101', other), other);
});
