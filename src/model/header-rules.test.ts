import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { checkCustomHeaders } from './header-rules.ts';

describe('custom headers', () => {
  it("are fine where HTTP can carry them and they are the user's to set", () => {
    assert.equal(checkCustomHeaders({}), null);
    assert.equal(
      checkCustomHeaders({ 'X-Api-Key': 'k 1', authorization: 'Token é', 'content-type': 'text/plain', empty: '' }),
      null,
    );
  });

  it('are refused by name where they belong to the connection or to Offhook', () => {
    const names = [
      'Host',
      'CONTENT-LENGTH',
      'transfer-encoding',
      'Connection',
      'X-Offhook-Event',
      'x-offhook-anything',
      'Webhook-Signature',
      'X-Correlation-ID',
      'Expect',
      'Upgrade',
    ];
    for (const name of names) assert.equal(checkCustomHeaders({ 'x-fine': 'a', [name]: 'b' })?.header, name);
  });

  it('are refused where the name or the value breaks the line', () => {
    for (const name of ['', 'a b', 'a:', 'a\r\nb', 'ü', 'a\u0000'])
      assert.equal(checkCustomHeaders({ [name]: 'v' })?.header, name);
    for (const value of ['a\r\nb: c', 'a\nb', '\u0000', 'a\u0085', '\u560a', '€', ' a', 'a ', '\t']) {
      assert.equal(checkCustomHeaders({ 'x-a': value })?.header, 'x-a', JSON.stringify(value));
    }
  });

  it('are refused where there are two of a name, too many, or too much', () => {
    assert.match(checkCustomHeaders({ 'X-A': '1', 'x-a': '2' })?.message ?? '', /twice/);
    assert.ok(checkCustomHeaders(Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`x-${index}`, 'v']))));
    assert.ok(checkCustomHeaders({ 'x-a': 'v'.repeat(9_000) }));
  });

  it('that pass never hold a line break once written as bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        if (checkCustomHeaders({ [name]: value }) !== null) return;
        assert.doesNotMatch(Buffer.from(`${name}: ${value}`, 'latin1').toString('latin1'), /[\r\n\0]/);
      }),
    );
  });
});
