import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createNumberReader, rulesFor, type NumberRules } from './index.ts';

const read = (raw: string | null, country = 'US', changes: Partial<NumberRules> = {}) =>
  createNumberReader(rulesFor(country, changes)).read(raw);
const numberOf = (raw: string, country = 'US', changes: Partial<NumberRules> = {}) => {
  const { number, kind } = read(raw, country, changes);
  return `${kind} ${number}`;
};

describe('reading numbers', () => {
  it('makes public numbers E.164, and keeps what was given', () => {
    assert.deepEqual(read(' (215) 701-0680 '), {
      raw: ' (215) 701-0680 ',
      number: '+12157010680',
      kind: 'external',
      e164: '+12157010680',
      national: '(215) 701-0680',
      display: '+1 215 701 0680',
    });
    assert.equal(numberOf('+44 20 7946 0018'), 'external +442079460018');
    assert.equal(numberOf('020 7946 0018', 'GB'), 'external +442079460018');
    assert.equal(numberOf('+12155550142'), 'external +12155550142');
  });

  it('reads digits without a plus as national first, then with their country code', () => {
    assert.equal(numberOf('12157010680'), 'external +12157010680');
    assert.equal(numberOf('442079460018'), 'external +442079460018');
    assert.equal(numberOf('00442079460018'), 'external +442079460018');
    assert.equal(numberOf('011442079460018'), 'external +442079460018');
    assert.equal(numberOf('12157010680', 'GB'), 'external +12157010680');
  });

  it('follows the trunk where it says how its digits are meant', () => {
    assert.equal(numberOf('442079460018', 'US', { format: 'national' }), 'external 442079460018');
    assert.equal(numberOf('2157010680', 'US', { format: 'national' }), 'external +12157010680');
    assert.equal(numberOf('4930901820', 'US', { format: 'e164-no-plus' }), 'external +4930901820');
    assert.equal(numberOf('2157010680', 'nowhere'), 'external 2157010680');
  });

  it('never makes a short or internal number a public one', () => {
    const internal = /^[0-9]{3,4}$/;
    assert.equal(numberOf('201', 'NL'), 'external 201');
    assert.equal(numberOf('201', 'NL', { internal }), 'internal 201');
    assert.equal(numberOf('2157010680', 'US', { extensions: new Set(['2157010680']) }), 'internal 2157010680');
    assert.equal(numberOf('0003*210'), 'external 0003*210');
  });

  it('knows feature codes and emergency numbers, which no internal pattern swallows', () => {
    const internal = /^[0-9]{3}$/g;
    assert.equal(numberOf('*98'), 'feature *98');
    assert.equal(numberOf('sip:%2398@pbx'), 'feature #98');
    assert.equal(numberOf('911', 'US', { internal }), 'emergency 911');
    assert.equal(numberOf('112', 'DE', { internal }), 'emergency 112');
    assert.equal(numberOf('112', 'US', { internal }), 'internal 112');
    assert.equal(numberOf('112', 'DE', { extensions: new Set(['112']) }), 'internal 112');
    assert.equal(numberOf('555', 'US', { internal, emergency: new Set(['555']) }), 'emergency 555');
  });

  it('knows the words for a number that is not shown', () => {
    for (const raw of ['', ' ', 's', 'Anonymous', '<unknown>', 'sip:anonymous@anonymous.invalid', 'RESTRICTED']) {
      assert.deepEqual(read(raw), {
        raw,
        number: null,
        kind: 'anonymous',
        e164: null,
        national: null,
        display: 'Anonymous',
      });
    }
    assert.equal(read(null).raw, null);
  });

  it('takes numbers out of URIs and addresses', () => {
    for (const raw of [
      'tel:+1-215-701-0680;phone-context=x',
      'sip:12157010680@pbx.example;user=phone',
      'SIPS:%2B12157010680@pbx.example',
      '"Alice" <sip:+12157010680@pbx.example>;tag=9',
      '12157010680@trunk',
    ]) {
      assert.equal(numberOf(raw), 'external +12157010680', raw);
    }
    assert.equal(numberOf('bob@acme.example'), 'external bob');
    assert.equal(numberOf('sip:%E0%A4%A@pbx'), 'external %E0%A4%A');
  });

  it('reads the same text alike every time, also with a pattern that remembers', () => {
    const reader = createNumberReader(rulesFor('US', { internal: /^1[0-9]{2}$/gy }));
    for (let round = 0; round < 3; round++) assert.equal(reader.read('101').kind, 'internal');
    assert.deepEqual(reader.party('101', 'Bob'), { number: '101', raw: '101', name: 'Bob', kind: 'internal' });
  });

  it('never throws and never drops what was given', () => {
    const dialled = fc.string({ unit: fc.constantFrom(...Array.from('+0123456789()-. *#٣５')) });
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      dialled,
      fc.string().map((user) => `sip:${user}@host`),
    );
    fc.assert(
      fc.property(odd, fc.constantFrom('US', 'GB', 'DE', 'xx', ''), (raw, country) => {
        const reading = read(raw, country);
        assert.equal(reading.raw, raw);
        if (reading.e164 !== null) assert.match(reading.e164, /^\+[0-9]{4,17}$/);
        assert.equal(reading.kind === 'anonymous', reading.number === null);
      }),
    );
  });
});
