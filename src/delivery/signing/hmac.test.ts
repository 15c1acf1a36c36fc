import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { createHmacKey } from './hmac.ts';

it('makes what createHmac makes, for any key, text and bytes', () => {
  const keys = fc.uint8Array({ minLength: 1, maxLength: 150 });
  const bodies = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array(),
    fc.constantFrom('ü'.repeat(9_000), '\u20ac'.repeat(70_000), new Uint8Array(65_536)),
  );
  fc.assert(
    fc.property(
      keys,
      fc.string({ unit: 'binary' }),
      fc.array(bodies, { minLength: 1, maxLength: 3 }),
      (key, head, all) => {
        const hmac = createHmacKey(key);
        for (const body of all) {
          const expected = createHmac('sha256', key).update(head).update(body).digest('base64');
          assert.equal(hmac.digest(head, body), expected);
        }
      },
    ),
  );
});
