import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandFailure, WrongUse } from './failure.ts';
import { openNewFile } from './new-file.ts';

async function inDirectory(run: (file: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'offhook-'));
  try {
    await run(join(dir, 'calls.csv'));
  } finally {
    await rm(dir, { recursive: true });
  }
}

test('a new file is the owner’s alone, holds all that was written, and is not written over', async () => {
  await inDirectory(async (file) => {
    const made = await openNewFile(file);
    for (let line = 0; line < 5_000; line++) await made.write(`line ${line}\n`);
    await made.end();
    assert.equal((await readFile(file, 'utf8')).split('\n').length, 5_001);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await assert.rejects(openNewFile(file), WrongUse);
  });
});

test('a disk that is full between two writes is a failure in words', { timeout: 10_000 }, async () => {
  await inDirectory(async (file) => {
    const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
    const write = ((_fd: number, ...rest: unknown[]) => {
      const done = rest.at(-1) as (error: Error) => void;
      setImmediate(() => {
        done(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
        setImmediate(isFull);
      });
    }) as unknown as typeof fs.write;
    const { open, close } = fs;
    const made = await openNewFile(file, { fs: { open, close, write } });
    // It is taken before the disk is asked.
    await made.write('one\n');
    await full;
    const said = /calls\.csv can't be written on \(ENOSPC\)/;
    await assert.rejects(made.write('two\n'), (error) => error instanceof CommandFailure && said.test(error.message));
    await assert.rejects(made.end(), said);
  });
});
