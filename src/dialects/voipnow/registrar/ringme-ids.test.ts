import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ringmeIds } from './ringme-ids.ts';

const pageOf = (path: string): number => Number(/[?&]page=(\d+)/.exec(path)?.[1]);

test('ids are read page by page until none is new, and once', async () => {
  const pages = [
    [{ id: '1', name: '0003*101@office' }],
    [
      { id: 2, name: '0003*102' },
      { id: 'x', name: '0003*103' },
    ],
  ];
  const asked: number[] = [];
  const ids = ringmeIds(async ({ path }) => {
    asked.push(pageOf(path));
    return { status: 200, body: pages[pageOf(path) - 1] ?? [] };
  });
  assert.deepEqual(await ids.idOf('0003*101'), { value: '1' });
  assert.deepEqual(await ids.idOf('0003*102'), { value: '2' });
  assert.ok('trouble' in (await ids.idOf('0003*103')), 'an id that is no number is none');
  assert.deepEqual(asked, [1, 2, 3]);
});

test('a list without end is not read to its end', { timeout: 20_000 }, async () => {
  let pages = 0;
  const ids = ringmeIds(async ({ path }) => {
    pages++;
    const first = (pageOf(path) - 1) * 500 + 1;
    return { status: 200, body: Array.from({ length: 500 }, (_, at) => ({ id: first + at, name: `${first + at}` })) };
  });
  assert.deepEqual(await ids.idOf('20000'), { value: '20000' });
  assert.equal(pages, 40);
  assert.ok('trouble' in (await ids.idOf('20001')));
  assert.equal(pages, 40);
});

test('neither is one that comes in one piece', async () => {
  let pages = 0;
  const body = Array.from({ length: 30_000 }, (_, at) => ({ id: at + 1, name: `${at + 1}` }));
  const ids = ringmeIds(async () => {
    pages++;
    return { status: 200, body };
  });
  assert.ok('trouble' in (await ids.idOf('20001')));
  assert.equal(pages, 1);
});
