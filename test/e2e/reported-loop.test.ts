/**
 * From one Offhook to another: calls that a real Asterisk made are told by one in Ringme's words, and taken in by another as a
 * phone system's. The second one's journal says the same, though every fifth post is answered with an error, half of those
 * after it was taken, and though the second one is killed in the middle.
 */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallEntry } from '../../src/calls/journal/entries.ts';
import { seededRandom } from '../../src/kit/random.ts';
import { replay } from '../support/ami-replay.ts';
import { type TestApp, withApp } from '../support/app.ts';
import { recorded, recordingNames } from '../support/recordings.ts';
import { sameAtBothEnds } from '../support/reported-loop.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const domain = 'acme';
const calls = recordingNames.map((name) => replay(recorded(name)));
const told = calls.flat();
const machines = new Map(
  told.flatMap(({ leg }) =>
    leg !== null && (leg.role === 'queue' || leg.role === 'ivr') ? [[leg.extension, leg.role]] : [],
  ),
);
const dialled = told.flatMap(({ call }) =>
  call?.to.kind === 'internal' && call.to.number !== null ? [call.to.number] : [],
);
/** Those that took part, and those that were only dialled: a short number is an extension where it is recorded as one. */
const extensions = [...new Set([...told.flatMap((event) => event.extensions), ...dialled])];

type Ask = (method: string, path: string, body?: object) => Promise<unknown>;

/** Every fifth request is answered 500, before it is passed on or after. */
async function unreliableWay(to: string) {
  const random = seededRandom(5);
  const counts = { passed: 0, dropped: 0, forgotten: 0 };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on(
      'end',
      () => void pass(request, Buffer.concat(chunks)).then((status) => response.writeHead(status).end()),
    );
  });
  async function pass({ url = '', headers }: http.IncomingMessage, body: Buffer): Promise<number> {
    const fate = random.next();
    if (fate < 0.1) {
      counts.dropped++;
      return 500;
    }
    try {
      const answer = await fetch(new URL(url, to), {
        method: 'POST',
        headers: { 'content-type': headers['content-type'] ?? '' },
        body,
      });
      await answer.arrayBuffer();
      if (fate < 0.2) counts.forgotten++;
      else counts.passed++;
      return fate < 0.2 ? 500 : answer.status;
    } catch {
      return 502;
    }
  }
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    counts,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

const askOf =
  (request: (path: string, options: RequestInit) => Promise<Response>): Ask =>
  async (method, path, body) => {
    const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await request(path, { method, ...content });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  };

async function record(ask: Ask): Promise<void> {
  await ask('POST', '/v1/domains', { name: domain });
  for (const number of extensions) {
    await ask('POST', '/v1/extensions', { domain, number, prefix: '0003', type: machines.get(number) ?? 'phone' });
  }
}

/** Entries of every call, once all have ended. */
async function journalOf(ask: Ask, isWhole: (entries: readonly CallEntry[]) => boolean): Promise<readonly CallEntry[]> {
  for (let tries = 0; ; tries++) {
    const entries: CallEntry[] = [];
    let live = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = (await ask('GET', `/v1/calls?limit=500${query}`)) as {
        items: { call: { state: string }; entries: CallEntry[] }[];
        next: string | null;
      };
      for (const one of page.items) {
        entries.push(...one.entries);
        if (one.call.state !== 'ended') live++;
      }
      cursor = page.next;
    }
    if ((live === 0 && isWhole(entries)) || tries === 300) return entries;
    await wait(200);
  }
}

test('the journal of whoever is told equals the journal of whoever tells', { timeout: 180_000 }, async (context) => {
  const dir = await temporaryDir('loop');
  const there = await serverProcess(dir.path, '');
  const way = await unreliableWay(there.url);
  try {
    there.launch();
    await there.ready();
    await withApp(async (here) => loop(here, there), {
      OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1/32',
    });
    context.diagnostic(JSON.stringify(way.counts));
    assert.ok(way.counts.dropped > 20 && way.counts.forgotten > 20 && way.counts.passed > 200);
  } finally {
    await way.close();
    await there.stop().catch(() => {});
    await dir.remove();
  }

  async function loop(here: TestApp, server: ServerProcess): Promise<void> {
    const askHere = askOf((path, options) => here.fetch(path, options));
    const askThere = askOf((path, options) =>
      fetch(new URL(path, server.url), {
        ...options,
        headers: { authorization: `Bearer ${server.token}`, ...(options.headers as object) },
      }),
    );
    for (const ask of [askHere, askThere]) await record(ask);
    for (const extension of extensions) {
      const source = (await askThere('POST', '/v1/sources', { dialect: 'ringme', domain, extension })) as {
        path: string;
      };
      await askHere('POST', '/v1/subscriptions', {
        name: extension,
        dialect: 'ringme',
        scope: { domain, extension },
        endpoint: { url: `${way.url}${source.path}`, method: 'POST' },
        retry: { maxAttempts: 60, delays: ['1s'] },
      });
    }
    const { log } = here.app.parts();
    for (const events of calls) await log.append(events);
    await wait(1_500);
    await server.kill();
    server.launch();
    await server.ready();
    const expected = sameAtBothEnds(await journalOf(askHere, () => true));
    const found = await journalOf(askThere, (entries) => entries.length >= expected.length);
    assert.deepEqual(sameAtBothEnds(found), expected);
    assert.ok(expected.length > recordingNames.length);
  }
});
