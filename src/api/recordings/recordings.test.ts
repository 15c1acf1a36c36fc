import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { connectorState } from '../../../test/support/connector-state.ts';
import { temporaryDir } from '../../../test/support/temporary-dir.ts';
import { createRecordingFolder } from '../../connectors/recording-folder.ts';

const sound = 'RIFF of a call that nobody made';

async function open(t: TestContext, isConfigured = true) {
  const temporary = await temporaryDir('recordings');
  t.after(() => temporary.remove());
  const dir = temporary.path;
  await mkdir(join(dir, 'monitor'));
  await writeFile(join(dir, 'monitor', 'rec-1.wav'), sound);
  const files = createRecordingFolder(join(dir, 'monitor'));
  const world = await createApiWorld({
    deps: {
      connectors: () => [connectorState('api')],
      recordings: (connector) => (isConfigured && connector === 'api' ? files : null),
    },
  });
  t.after(() => world.stop());
  const recordings = [{ id: 'rec-1' }, { id: 'rec-gone' }];
  const event = { type: 'call.closed', domain: 'acme', extension: '101', call: { id: 'c1', recordings } };
  assert.equal((await world.post('/v1/events', event)).statusCode, 202);
  const get = (id: string, headers: Record<string, string> = {}) => world.ask({ url: `/v1/recordings/${id}`, headers });
  return { world, get };
}

test('whoever may see the call hears it, whole or in part', async (t) => {
  const { world, get } = await open(t);
  const whole = await get('rec-1');
  assert.deepEqual([whole.statusCode, whole.body], [200, sound]);
  assert.equal(whole.headers['content-type'], 'audio/wav');
  assert.equal(whole.headers['content-length'], String(sound.length));
  assert.match(String(whole.headers['content-disposition']), /filename="rec-1\.wav"/);
  const part = await get('rec-1', { range: 'bytes=5-8' });
  assert.deepEqual([part.statusCode, part.body], [206, sound.slice(5, 9)]);
  assert.equal(part.headers['content-range'], `bytes 5-8/${sound.length}`);
  assert.equal((await get('rec-1', { range: 'bytes=999-' })).statusCode, 416);
  const head = await world.ask({ method: 'HEAD', url: '/v1/recordings/rec-1' });
  assert.deepEqual([head.statusCode, head.headers['content-length'], head.body], [200, String(sound.length), '']);
  const found = await world.ask({ url: '/v1/calls?recording=rec-1' });
  assert.deepEqual(
    found.json<{ items: { call: { id: string } }[] }>().items.map(({ call }) => call.id),
    ['c1'],
  );
});

test('what is not there, and what is not the caller’s, is not found, and why is said to who may know', async (t) => {
  const { world, get } = await open(t);
  for (const id of ['rec-2', '..%2Frec-1', 'rec-1.wav']) assert.equal((await get(id)).statusCode, 404, id);
  assert.match((await get('rec-gone')).body, /its file is not/);
  const made = await world.post('/v1/domains', { name: 'other' });
  assert.equal(made.statusCode, 201);
  const { token } = (await world.post('/v1/tokens', { name: 't', kind: 'domain', domain: 'other' })).json<{
    token: string;
  }>();
  const answer = await get('rec-1', { authorization: `Bearer ${token}` });
  assert.equal(answer.statusCode, 404);
  assert.equal(answer.json<{ detail?: string }>().detail, undefined, 'nothing says that there is one');
});

test('where they lie has to be configured', async (t) => {
  const { get } = await open(t, false);
  assert.match((await get('rec-1')).body, /connectors\[\]\.recordings/);
});

test('a call that somebody told of with the same recording neither has its sound nor hides it', async (t) => {
  const { world, get } = await open(t);
  await world.post('/v1/domains', { name: 'other' });
  const made = await world.post('/v1/tokens', { name: 't', kind: 'domain', domain: 'other' });
  const theirs = { authorization: `Bearer ${made.json<{ token: string }>().token}` };
  const call = { id: 'c2', startedAt: new Date(Date.now() + 60_000).toISOString(), recordings: [{ id: 'rec-1' }] };
  assert.equal(
    (await world.post('/v1/events', { type: 'call.closed', extension: '201', call }, theirs)).statusCode,
    202,
  );
  assert.equal((await get('rec-1', theirs)).statusCode, 404);
  const own = await get('rec-1');
  assert.deepEqual([own.statusCode, own.body], [200, sound]);
});
