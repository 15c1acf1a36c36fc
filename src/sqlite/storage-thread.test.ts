import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { StorageError } from './storage-error.ts';
import { StorageThread } from './storage-thread.ts';
import type { ThreadProgram } from './thread-program.ts';

/** A thread that runs this text instead of the store. */
function programOf(text: string): ThreadProgram {
  return {
    start: () => new Worker(`const { parentPort: port } = require('node:worker_threads'); ${text}`, { eval: true }),
  };
}

const options = { role: 'both', dir: null } as const;
const coded = (code: string) => (error: unknown) => error instanceof StorageError && error.code === code;
/** Answers every job with its input, and ends when told. */
const echo = `
  port.on('message', (message) => {
    if (message === 'close') return port.close();
    port.postMessage(message.map(({ ticket, input }) => ({ ticket, output: input })));
  });
  port.postMessage('open');`;

async function openThread(text: string) {
  const crashes: StorageError[] = [];
  const thread = await StorageThread.open(programOf(text), options, (error) => crashes.push(error));
  return { thread, crashes };
}

describe('storage thread', () => {
  test('sends the jobs of one turn in one message, and resolves them in order', async () => {
    const { thread, crashes } = await openThread(echo);
    const resolved: number[] = [];
    const jobs = Array.from({ length: 10 }, async (_, index) => {
      assert.equal(await thread.submit('any', index, 1), index);
      resolved.push(index);
    });
    await Promise.all(jobs);
    assert.deepEqual(resolved, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await thread.close();
    await thread.close();
    assert.deepEqual(crashes, []);
  });

  for (const [how, text] of [
    ['throws', 'throw new Error("out of order")'],
    ['exits', 'process.exit(3)'],
    ['just ends', 'port.close()'],
  ] as const) {
    test(`tells its owner once when it ${how}, and rejects what waits and what comes`, async () => {
      const { thread, crashes } = await openThread(
        `port.once('message', () => { ${text} }); port.postMessage('open');`,
      );
      const waiting = [thread.submit('any', 1, 1), thread.submit('any', 2, 1)];
      for (const job of waiting) await assert.rejects(job, coded('crashed'));
      await assert.rejects(thread.submit('any', 3, 1), coded('crashed'));
      await thread.close();
      assert.equal(crashes.length, 1);
    });
  }

  test('does not open when the thread refuses, or dies first', async () => {
    const refusing = `port.postMessage({ refused: { code: 'locked', message: 'in use' } }); port.close();`;
    await assert.rejects(openThread(refusing), coded('locked'));
    await assert.rejects(openThread('throw new Error("no")'), coded('crashed'));
  });
});
