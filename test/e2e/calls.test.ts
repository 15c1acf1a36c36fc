/** The journal of calls through the whole server: found by what it says, with its events, over a restart; exported. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { appToken, startApp, type TestApp, withApp } from '../support/app.ts';

interface Shown {
  readonly final: boolean;
  readonly seq: number;
  readonly firstSeq: number;
  readonly call: { readonly id: string; readonly outcome: string | null };
  readonly legs: readonly { readonly id: string }[];
  readonly events: readonly { readonly id: string }[];
}

interface Page {
  readonly items: readonly Shown[];
  readonly next: string | null;
  readonly behind: number;
}

const post = (app: TestApp, body: unknown): Promise<unknown> =>
  app.client.send('POST', '/v1/events', JSON.stringify(body));

const minute = (index: number): string => new Date(Date.UTC(2026, 9, 1, 10, index)).toISOString();

async function ring(app: TestApp, index: number, from: string, outcome: string): Promise<void> {
  const startedAt = minute(index);
  const call = { id: `call-${index}`, direction: 'inbound', from, to: '+12025550199', startedAt };
  const leg = { id: `leg-${index}`, extension: '101', startedAt, ringingAt: startedAt };
  const endedAt = minute(index + 1);
  await post(app, [
    { id: `${index}-a`, type: 'call.started', call },
    { id: `${index}-b`, type: 'leg.ringing', extension: '101', call, leg },
    { id: `${index}-c`, type: 'call.ended', extension: '101', call: { ...call, state: 'ended', outcome, endedAt } },
  ]);
}

const idsOf = ({ items }: Page): string[] => items.map(({ call }) => call.id);

test('calls are found as soon as they are accepted, page by page, and after a restart', async () => {
  const first = await startApp({ OFFHOOK_RETENTION_CALLS: '3650d' });
  const found = (app: TestApp, query: string) => app.client.get<Page>(`/v1/calls?${query}`);
  try {
    await ring(first, 1, '+12157010680', 'no_answer');
    await ring(first, 2, '(215) 701-0680', 'answered');
    await ring(first, 3, '+43123456789', 'busy');
    await post(first, {
      id: 'live',
      type: 'call.started',
      call: { id: 'call-9', from: '+12157010680', startedAt: minute(9) },
    });
    const page = await found(first, 'limit=3');
    assert.deepEqual([idsOf(page), page.behind], [['call-9', 'call-3', 'call-2'], 0]);
    assert.deepEqual(idsOf(await found(first, `limit=3&cursor=${page.next}`)), ['call-1']);
    assert.deepEqual(idsOf(await found(first, 'number=2157010680')), ['call-9', 'call-2', 'call-1']);
    assert.deepEqual(idsOf(await found(first, 'number=%2B43*')), ['call-3']);
    assert.deepEqual(idsOf(await found(first, 'outcome=busy')), ['call-3']);
    assert.deepEqual(idsOf(await found(first, 'state=ended&extension=101')), ['call-3', 'call-2', 'call-1']);
    assert.deepEqual(idsOf(await found(first, 'state=live&number=2157010680')), ['call-9']);
    assert.deepEqual(idsOf(await found(first, `since=${minute(2)}&until=${minute(3)}`)), ['call-2']);
    const events = (query: string) =>
      first.client.get<{ items: { id: string }[]; next: string | null }>(`/v1/events?number=2157010680&${query}`);
    const page1 = await events('limit=4');
    assert.deepEqual(
      page1.items.map(({ id }) => id),
      ['live', '2-c', '2-b', '2-a'],
    );
    const page2 = await events(`limit=4&cursor=${page1.next}`);
    assert.deepEqual([page2.items.map(({ id }) => id), page2.next], [['1-c', '1-b', '1-a'], null]);
    assert.deepEqual(
      (await events('type=call.ended')).items.map(({ id }) => id),
      ['2-c', '1-c'],
    );
    assert.equal((await first.fetch('/v1/events?number=2157010680&cursor=12')).status, 400);
    const refused = await first.fetch('/v1/calls?number=2*');
    assert.equal(refused.status, 400);
    assert.equal(((await refused.json()) as { field: string }).field, 'number');
  } finally {
    await first.stop();
  }
  const second = await startApp({ OFFHOOK_RETENTION_CALLS: '3650d' }, { dir: first.dir });
  try {
    const one = await second.client.get<Shown>('/v1/calls/call-2');
    assert.deepEqual([one.final, one.call.outcome, one.legs.length], [true, 'answered', 1]);
    assert.deepEqual(
      one.events.map(({ id }) => id),
      ['2-a', '2-b', '2-c'],
    );
    await post(second, {
      id: 'late',
      type: 'call.closed',
      call: { id: 'call-2', state: 'ended', outcome: 'voicemail', from: '+12157010680', startedAt: minute(2) },
    });
    const later = await second.client.get<Shown>('/v1/calls/call-2');
    assert.deepEqual([later.final, later.call.outcome, later.events.length], [true, 'voicemail', 4]);
    assert.deepEqual(idsOf(await found(second, 'outcome=answered')), []);
    assert.match(await (await second.fetch('/metrics')).text(), /offhook_journal_behind_events 0/);
  } finally {
    await second.stop();
    await rm(first.dir, { recursive: true });
  }
});

test('offhook calls lists and exports them', () =>
  withApp(async (app) => {
    for (let index = 1; index < 5; index++) await ring(app, index, '+12157010680', 'busy');
    const offhook = async (...args: string[]) => {
      const out: string[] = [];
      const notes: string[] = [];
      const terminal = {
        isInteractive: false,
        width: 120,
        out: (line: string) => void out.push(line),
        note: (line: string) => void notes.push(line),
        draw: () => {},
      };
      const env = { OFFHOOK_URL: app.url, OFFHOOK_ADMIN_TOKEN: appToken };
      const { signal } = new AbortController();
      const code = await run(['calls', ...args], { terminal, env, stdin: process.stdin, signal });
      return { code, out, notes };
    };
    const listed = await offhook('--number', '2157010680', '--limit', '3');
    assert.deepEqual([listed.code, listed.out.length], [0, 4], 'three and a head');
    const json = await offhook('export', '--format', 'json');
    assert.deepEqual(
      json.out.map((line) => (JSON.parse(line) as Shown).call.id),
      ['call-4', 'call-3', 'call-2', 'call-1'],
    );
    const dir = await mkdtemp(join(tmpdir(), 'offhook-export-'));
    try {
      const file = join(dir, 'calls.csv');
      assert.deepEqual((await offhook('export', '--out', file)).notes, ['4 calls']);
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      assert.equal(lines.length, 5);
      assert.match(lines[1] ?? '', /^call-4,default,inbound,ended,busy,\+12157010680,/);
      assert.equal((await offhook('export', '--out', file)).code, 2, 'nothing is written over');
    } finally {
      await rm(dir, { recursive: true });
    }
  }));
