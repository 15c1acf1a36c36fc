import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventBody, eventBodies } from './event-bodies.ts';
import { CommandFailure } from './failure.ts';

async function bodiesOf(text: string | Uint8Array, { most = 500, chunk = 7 } = {}): Promise<EventBody[]> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const bodies: EventBody[] = [];
  for await (const body of eventBodies(pieces(), 'calls.jsonl', most)) bodies.push(body);
  return bodies;
}

test('lines go out in batches that know where their events stand; empty lines count, and are not sent', async () => {
  const bodies = await bodiesOf('{"n":1}\n\n{"n":"é"}\n{"n":3}', { most: 2 });
  assert.deepEqual(
    bodies.map(({ text, lines }) => [text, lines]),
    [
      ['{"n":1}\n{"n":"é"}', [1, 3]],
      ['{"n":3}', [4]],
    ],
  );
});

test('batches are bounded by what a server takes, however few events they hold', async () => {
  const line = JSON.stringify({ text: 'x'.repeat(250_000) });
  const bodies = await bodiesOf(`${line}\n`.repeat(100), { chunk: 65_536 });
  assert.equal(bodies.flatMap(({ lines }) => lines).length, 100);
  assert.ok(bodies.every(({ text }) => text.length < 3_000_000));
});

test('a document goes out as it is', async () => {
  const document = '[\n{"n":1},\n{"n":2}\n]\n';
  assert.deepEqual(await bodiesOf(document), [{ text: document, type: 'application/json', lines: null }]);
  assert.deepEqual(await bodiesOf('{"n":1}'), [{ text: '{"n":1}', type: 'application/json', lines: null }]);
});

test('what is no UTF-8 is not sent as something else', async () => {
  for (const bytes of [Buffer.from('{"n":"caf\xe9"}\n{}', 'latin1'), Buffer.from('{"n":"caf\xc3', 'latin1')]) {
    await assert.rejects(bodiesOf(bytes), (error) => error instanceof CommandFailure && /UTF-8/.test(error.message));
  }
});
