import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digitsIn } from './digits.ts';
import { erasedNumber, keyOf } from './erased-number.ts';
import { eraseRuns, hasRun } from './erase-runs.ts';

const number = erasedNumber(['+12157010680', '(215) 701-0680']);
const erase = (text: string): string => eraseRuns(text, number);

test('a number is found however people and phone systems write it', () => {
  const written = [
    ...['+12157010680', '12157010680', '0012157010680', '01112157010680', '2157010680', '+1 (215) 701-0680'],
    ...['+1.215.701.0680', '1-215-701-0680', '+1 215 701\u00a00680', '1/215/701/0680', '+1 215 – 701 – 0680'],
    ...[
      '\u0661\u0662\u0661\u0665\u0667\u0660\u0661\u0660\u0666\u0668\u0660',
      '\uff0b\uff11\uff12\uff11\uff15\uff17\uff10\uff11\uff10\uff16\uff18\uff10',
    ],
  ];
  for (const text of written) assert.equal(erase(`call ${text}, please`), 'call erased, please', text);
  assert.equal(erase('sip:+12157010680@carrier.example;tag=1'), 'sip:erased@carrier.example;tag=1');
  assert.equal(erase('PJSIP/12157010680-00000a'), 'PJSIP/erased-00000a');
  assert.equal(erase('https://x.example/?from=%2B12157010680&to=1'), 'https://x.example/?from=%2Berased&to=1');
  assert.equal(erase('12157010680 12157010680'), 'erased erased');
});

test('the zero that is dialled within a country may stand in brackets', () => {
  assert.equal(eraseRuns('+49 (0)30 1234567', erasedNumber(['+49301234567'])), 'erased');
  assert.equal(eraseRuns('+49 (030) 1234567', erasedNumber(['0301234567'])), '+49 (erased');
});

test('what is another number, or only looks like it, stays', () => {
  const others = [
    ...['121570106801', '912157010680', '1215701068', '1215-7010-6801', '3125550100', '', '1', '2157010681'],
    ...['1\n2157010681', '12157 by 010680', '1215,7010,680', '215 _ 7010680', '2     1     5     7010680'],
  ];
  for (const text of others) assert.equal(erase(text), text, text);
});

test('only phone numbers have a key', () => {
  assert.equal(keyOf(' +1 (215) 701-0680 '), '12157010680');
  for (const text of ['', '101', '12345', 'alice', '+1 215 CALL NOW', '1'.repeat(21), '215701068x']) {
    assert.equal(keyOf(text), null, text);
  }
});

test('property: the number is gone, and every other sign is where it was', () => {
  const around = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', '.', '-', '+', '(', ')', '/', ':', ';', '@', '"', '\\', 'é', '😀', '\u0000'),
  });
  const pieces = fc.array(fc.oneof(around, fc.constant('+12157010680'), fc.constant('2157010680'), around));
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('x');
      const after = erase(text);
      assert.equal(hasRun(after, number), false);
      assert.equal(digitsIn(after), '');
      assert.equal(after, parts.map((part) => (digitsIn(part) === '' ? part : 'erased')).join('x'));
    }),
  );
});

test('a hostile text takes no longer than its length says', () => {
  const hostile = [
    '1 '.repeat(200_000),
    '1215701068 '.repeat(40_000),
    '(0)'.repeat(130_000),
    `1${'(0)(0)(0)2(0)(0)(0)1'.repeat(20_000)}`,
    '1---2---1---5---7---0---1---0---6---8---'.repeat(10_000),
  ];
  for (const text of hostile) {
    const before = process.cpuUsage();
    erase(text);
    const { user, system } = process.cpuUsage(before);
    assert.ok((user + system) / 1_000 < 1_000, `${text.slice(0, 20)}: ${(user + system) / 1_000} ms of 400,000 signs`);
  }
});
