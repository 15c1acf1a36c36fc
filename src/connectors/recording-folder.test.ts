import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDir } from '../../test/support/temporary-dir.ts';
import { createRecordingFolder } from './recording-folder.ts';

const at = Date.UTC(2026, 10, 27, 23, 30);

async function open(t: TestContext) {
  const temporary = await temporaryDir('recordings');
  t.after(() => temporary.remove());
  const dir = temporary.path;
  const folder = join(dir, 'monitor');
  await mkdir(folder);
  const files = createRecordingFolder(folder);
  const textOf = async (id: string): Promise<string | null> => {
    const file = await files.open(id, at);
    if (!file) return null;
    const pieces: Buffer[] = [];
    for await (const piece of file.read(0, file.bytes - 1)) pieces.push(piece as Buffer);
    return `${file.contentType} ${Buffer.concat(pieces).toString()}`;
  };
  return { dir, folder, textOf };
}

test('found by its name, whatever its ending, in the folder or in that of its day', async (t) => {
  const { folder, textOf } = await open(t);
  await mkdir(join(folder, '2026/11/28'), { recursive: true });
  await writeFile(join(folder, 'call-17.wav'), 'one');
  await writeFile(join(folder, 'in-+1 2157@x_1.2.mp3'), 'two');
  await writeFile(join(folder, '2026/11/28/late.gsm'), 'three');
  assert.equal(await textOf('call-17'), 'audio/wav one');
  assert.equal(await textOf('in-+1 2157@x_1.2'), 'audio/mpeg two');
  assert.equal(await textOf('late'), 'audio/x-gsm three');
  assert.equal(await textOf('gone'), null);
});

test('nothing outside the folder, whatever the id is and wherever a link leads', async (t) => {
  const { dir, folder, textOf } = await open(t);
  await writeFile(join(dir, 'secret.wav'), 'secret');
  await mkdir(join(folder, 'part.wav'));
  await symlink(join(dir, 'secret.wav'), join(folder, 'link.wav'));
  for (const id of [
    '../secret',
    '..',
    '.',
    '',
    'link',
    'part',
    '/etc/passwd',
    'a/../../secret',
    'x\0',
    `${dir}/secret`,
  ])
    assert.equal(await textOf(id), null, id);
});

test('a folder that is not there has nothing', async () => {
  assert.equal(await createRecordingFolder('/nowhere/at/all').open('call-17', at), null);
});
