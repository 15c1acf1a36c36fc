import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { utcTime } from './time.ts';

describe('utcTime', () => {
  it('writes every RFC 3339 time in UTC with milliseconds', () => {
    assert.equal(utcTime('2026-11-21T09:30:04.512Z'), '2026-11-21T09:30:04.512Z');
    assert.equal(utcTime('2026-11-21t09:30:04z'), '2026-11-21T09:30:04.000Z');
    assert.equal(utcTime('2026-11-21 09:30:04.5129999+05:30'), '2026-11-21T04:00:04.512Z');
    assert.equal(utcTime('2026-12-31T23:30:00-01:00'), '2027-01-01T00:30:00.000Z');
    assert.equal(utcTime('2016-12-31T23:59:60Z'), '2017-01-01T00:00:00.000Z');
    assert.equal(utcTime('0001-01-01T00:00:00Z'), '0001-01-01T00:00:00.000Z');
  });

  it('refuses days, times and texts that are none', () => {
    for (const text of [
      '',
      '2026-11-21',
      '2026-11-21T09:30:04',
      '2026-13-01T00:00:00.000Z',
      '2026-02-29T00:00:00.000Z',
      '2026-04-31T00:00:00Z',
      '2026-00-10T00:00:00.000Z',
      '2026-11-21T24:00:00.000Z',
      '2026-11-21T09:60:00.000Z',
      '2026-11-21T09:30:61Z',
      '2026-11-21T09:30:04+24:00',
      '0000-01-01T00:00:00.000Z',
      '0001-01-01T00:00:00+01:00',
      '9999-12-31T23:59:59-01:00',
      '+002026-11-21T09:30:04.512Z',
    ]) {
      assert.equal(utcTime(text), null, text);
    }
    assert.equal(utcTime('2024-02-29T00:00:00.000Z'), '2024-02-29T00:00:00.000Z');
  });

  it('agrees with the platform on every moment and offset', () => {
    const shown = (value: number): string => String(value).padStart(2, '0');
    const moments = fc.date({ min: new Date('0002-01-01'), max: new Date('9998-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moments, fc.integer({ min: -1439, max: 1439 }), (date, offset) => {
        assert.equal(utcTime(date.toISOString()), date.toISOString());
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const minutes = Math.abs(offset);
        const sign = offset < 0 ? '-' : '+';
        const text = `${local}${sign}${shown(Math.floor(minutes / 60))}:${shown(minutes % 60)}`;
        assert.equal(utcTime(text), date.toISOString());
      }),
    );
  });
});
