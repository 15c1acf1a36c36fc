/** Two Offhooks, of which one takes from the other what recorded calls led to, over a way that is not to be relied on. */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallEntry } from '../../src/calls/journal/entries.ts';
import { seededRandom } from '../../src/kit/random.ts';
import { replay } from './ami-replay.ts';
import { recorded, recordingNames } from './recordings.ts';

export const domain = 'acme';
export const calls = recordingNames.map((name) => replay(recorded(name)));
const told = calls.flat();
export const machines = new Map(
  told.flatMap(({ leg }) =>
    leg !== null && (leg.role === 'queue' || leg.role === 'ivr') ? [[leg.extension, leg.role]] : [],
  ),
);
const dialled = told.flatMap(({ call }) =>
  call?.to.kind === 'internal' && call.to.number !== null ? [call.to.number] : [],
);
/** Those that took part, and those that were only dialled: a short number is an extension where it is recorded as one. */
export const extensions = [...new Set([...told.flatMap((event) => event.extensions), ...dialled])];

export type Ask = (method: string, path: string, body?: object) => Promise<unknown>;

/** Every fifth request is answered 500, before it is passed on or after. */
export async function unreliableWay(to: string) {
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

export const askOf =
  (request: (path: string, options: RequestInit) => Promise<Response>): Ask =>
  async (method, path, body) => {
    const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await request(path, { method, ...content });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  };

export async function record(ask: Ask): Promise<void> {
  await ask('POST', '/v1/domains', { name: domain });
  for (const number of extensions) {
    await ask('POST', '/v1/extensions', { domain, number, prefix: '0003', type: machines.get(number) ?? 'phone' });
  }
}

/** Entries of every call, once all have ended. */
export async function journalOf(
  ask: Ask,
  isWhole: (entries: readonly CallEntry[]) => boolean,
): Promise<readonly CallEntry[]> {
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
