/** Backups of whole servers: taken while events come in, restored elsewhere, and refused where they are not whole. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp, withApp } from '../../../test/support/app.ts';
import { temporaryDir } from '../../../test/support/temporary-dir.ts';
import { eventNamed } from '../../../test/conformance/event-log-support.ts';
import { makeBackup, type MadeBackup } from './make-backup.ts';
import { restoreBackup } from './restore.ts';

const noSignal = new AbortController().signal;
const now = Date.parse('2026-03-01T10:00:00Z');

function backUp(dataDir: string, into: string, changes: { withKey?: boolean; now?: number } = {}): Promise<MadeBackup> {
  const usual = { withKey: true, now, version: '0.0.0', onProgress: () => {}, signal: noSignal };
  return makeBackup({ dataDir, into, ...usual, ...changes });
}

async function subscribe(app: TestApp): Promise<void> {
  const endpoint = { url: 'inbox:receiver', auth: { kind: 'bearer', token: 'known-to-the-receiver' } };
  const subscription = { name: 'all', events: ['*'], dialect: 'cloudevents', endpoint };
  await app.client.send('POST', '/v1/subscriptions', JSON.stringify(subscription));
}

const append = (app: TestApp, ...ids: string[]) => app.app.parts().log.append(ids.map((id) => eventNamed(id)));
const seqOf = async (app: TestApp, id: string): Promise<number | undefined> =>
  (await app.app.parts().log.findById(id))[0]?.seq;

describe('backup and restore', () => {
  let space: Awaited<ReturnType<typeof temporaryDir>>;
  before(async () => {
    space = await temporaryDir('backup');
  });
  after(() => space.remove());
  const place = (name: string): string => join(space.path, name);

  test('a running server is backed up as of one moment, and goes on elsewhere with other sequences', () =>
    withApp(async (app) => {
      await subscribe(app);
      await append(app, 'a', 'b');
      const first = await seqOf(app, 'a');
      const ended = new AbortController();
      const busy = (async () => {
        for (let count = 0; !ended.signal.aborted; count++) await append(app, `meanwhile-${count}`);
        return app.app.parts().log.head();
      })();
      const { path, manifest } = await backUp(app.dir, place('running'));
      await append(app, 'lost');
      ended.abort();
      const head = await busy;
      const lost = await seqOf(app, 'lost');
      assert.ok(manifest.log.head >= 2 && manifest.log.head < head && lost !== undefined);

      const { former } = await restoreBackup({ from: path, dataDir: place('restored'), replace: false, now });
      assert.equal(former, null);
      const restored = await startApp({}, { dir: place('restored') });
      try {
        const { log, delivery } = restored.app.parts();
        assert.equal(await seqOf(restored, 'a'), first);
        assert.equal((await log.findById('lost')).length, 0);
        await append(restored, 'after');
        assert.ok(((await seqOf(restored, 'after')) ?? 0) > head + 1_000_000);
        await delivery.settledUpTo(log.head());
        const { items } = await restored.client.get<{ items: { lag: number }[] }>('/v1/endpoints');
        assert.deepEqual(
          items.map(({ lag }) => lag),
          [0],
        );
        const [one] = (await restored.client.get<{ items: { endpoint: { url: string } }[] }>('/v1/subscriptions'))
          .items;
        assert.equal(one?.endpoint.url, 'inbox:receiver', 'the stored credentials open with the key of the backup');
        const stream = await restored.fetch('/v1/stream', { headers: { 'last-event-id': String(lost) } });
        const text = await readUntil(stream, '\n\nid: ', 'event: event');
        assert.match(text, /event: gap\ndata: \{"reason":"log rolled back","from":\d+,"to":\d+\}/);
      } finally {
        await restored.stop();
      }
    }));

  test('a stopped server is backed up too, and one that was killed', async () => {
    const app = await startApp();
    await append(app, 'a');
    // As kill -9 leaves it: what was accepted is in the write-ahead log alone.
    await cp(app.dir, place('killed'), { recursive: true });
    await app.stop();
    for (const dir of [app.dir, place('killed')]) {
      const { path, manifest } = await backUp(dir, place('stopped'), { now: now + (dir === app.dir ? 1_000 : 2_000) });
      assert.equal(manifest.log.head, 1);
      assert.deepEqual((await readdir(path)).toSorted(), ['manifest.json', 'offhook.db', 'secret.key']);
      for (const name of await readdir(path)) assert.equal((await stat(join(path, name))).mode & 0o777, 0o600, name);
      assert.equal((await stat(path)).mode & 0o777, 0o700);
    }
    await rm(app.dir, { recursive: true });
  });

  test('the key file is in it only where that was asked for', () =>
    withApp(async (app) => {
      const { path, manifest } = await backUp(app.dir, place('no-key'), { withKey: false });
      assert.equal(manifest.keyFile, 'left out');
      assert.deepEqual((await readdir(path)).toSorted(), ['manifest.json', 'offhook.db']);
    }));

  test('what is there is not overwritten, and is put aside only when told', async () => {
    const app = await startApp();
    await append(app, 'a');
    const { path } = await backUp(app.dir, place('twice'));
    await append(app, 'later');
    const request = { from: path, dataDir: app.dir, replace: true, now };
    await assert.rejects(restoreBackup(request), /in use by another Offhook/);
    await app.stop();
    await assert.rejects(restoreBackup({ ...request, replace: false }), /--replace/);
    const { former } = await restoreBackup({ ...request, from: join(path, 'manifest.json') });
    assert.ok(former !== null && existsSync(join(former, 'offhook.db')));
    const again = await startApp({}, { dir: app.dir });
    assert.equal(await seqOf(again, 'later'), undefined);
    await again.stop();
    const aside = await startApp({}, { dir: former });
    assert.equal(await seqOf(aside, 'later'), 2, 'nothing of what was there is gone');
    await aside.stop();
    await rm(app.dir, { recursive: true });
  });

  test('a backup that is not whole, changed, or of a later version is refused, and nothing is touched', async () => {
    const app = await startApp();
    const { path } = await backUp(app.dir, place('damaged'));
    await app.stop();
    const refused = async (change: (dir: string) => Promise<void>, message: RegExp): Promise<void> => {
      const dir = place('changed');
      await cp(path, dir, { recursive: true });
      await change(dir);
      await assert.rejects(restoreBackup({ from: dir, dataDir: place('untouched'), replace: false, now }), message);
      assert.ok(!existsSync(join(place('untouched'), 'offhook.db')));
      await rm(dir, { recursive: true });
    };
    await refused((dir) => appendFile(join(dir, 'offhook.db'), 'x'), /checksum differs/);
    await refused((dir) => rm(join(dir, 'offhook.db')), /not whole/);
    await refused((dir) => rm(join(dir, 'manifest.json')), /is no backup/);
    await refused((dir) => writeFile(join(dir, 'manifest.json'), '{"format":1}'), /is damaged, or of a later version/);
    await refused(async (dir) => {
      const file = join(dir, 'manifest.json');
      const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...manifest, schema: 9_999 }));
    }, /has schema 9999/);
    await refused(async (dir) => {
      const file = join(dir, 'manifest.json');
      const manifest = JSON.parse(await readFile(file, 'utf8')) as { files: object };
      await writeFile(file, JSON.stringify({ ...manifest, files: { ...manifest.files, '../../x': {} } }));
    }, /is damaged, or of a later version/);
    await assert.rejects(
      restoreBackup({ from: place('nowhere'), dataDir: place('u'), replace: false, now }),
      /nothing at/,
    );
    await rm(app.dir, { recursive: true });
  });

  test('half a backup is not left behind, nor taken over one that is there', () =>
    withApp(async (app) => {
      const aborted = AbortSignal.abort(new Error('stopped by hand'));
      const usual = { dataDir: app.dir, into: place('half'), withKey: false, now, version: '0', onProgress: () => {} };
      await assert.rejects(makeBackup({ ...usual, signal: aborted }), /stopped by hand/);
      assert.deepEqual(await readdir(place('half')), []);
      await makeBackup({ ...usual, signal: noSignal });
      await assert.rejects(makeBackup({ ...usual, signal: noSignal }), /is there already/);
      await assert.rejects(makeBackup({ ...usual, dataDir: place('empty'), signal: noSignal }), /there is no store/);
    }));

  test('after a restore that was interrupted no server starts, until it was done again', async () => {
    const app = await startApp();
    await append(app, 'a');
    const { path } = await backUp(app.dir, place('interrupted'));
    await app.stop();
    await mkdir(join(app.dir, 'restore.unfinished'));
    await rename(join(app.dir, 'offhook.db'), join(app.dir, 'offhook.db.moved'));
    await assert.rejects(startApp({}, { dir: app.dir }), /was interrupted: run "offhook restore"/);
    assert.ok(!existsSync(join(app.dir, 'offhook.db')), 'no new store was made');
    await restoreBackup({ from: path, dataDir: app.dir, replace: true, now });
    const again = await startApp({}, { dir: app.dir });
    assert.equal(await seqOf(again, 'a'), 1);
    await again.stop();
    await rm(app.dir, { recursive: true });
  });
});

/** What a stream says until one of these was in it. */
async function readUntil(answer: Response, ...ends: readonly string[]): Promise<string> {
  let text = '';
  for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (text.includes('event: gap') && text.endsWith('\n\n')) break;
    if (ends.some((end) => text.includes(end))) break;
  }
  return text;
}
