/**
 * The whole loop: one Offhook is the integration of another. It registers itself there by the vendor's management API, and
 * its journal then says the same as that of the one that tells, though every fifth post fails, and though it is killed
 * while it registers itself and again while it is told.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type TestApp, withApp } from '../support/app.ts';
import { sameAtBothEnds } from '../support/reported-loop.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import {
  type Ask,
  askOf,
  calls,
  domain,
  extensions,
  journalOf,
  machines,
  record,
  unreliableWay,
} from '../support/two-offhooks.ts';

interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly scope: { readonly extension: string };
  readonly options: { readonly event?: string };
}

interface Connector {
  readonly state: string;
  readonly problem: string | null;
}

const phone = ['answer', 'dial-in', 'dial-out', 'hangup'];
const expectedEvents = extensions
  .flatMap((number) => (machines.has(number) ? ['hangup'] : phone).map((event) => `${number} ${event}`))
  .toSorted();

/** What is registered, by the token of the one who registers. */
async function registered(ask: Ask, token: string): Promise<readonly Subscription[]> {
  const all: Subscription[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = (await ask('GET', `/v1/subscriptions?limit=100&createdBy=${token}${query}`)) as {
      items: Subscription[];
      next: string | null;
    };
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}

const eventsOf = (subscriptions: readonly Subscription[]): string[] =>
  subscriptions.map(({ scope, options }) => `${scope.extension} ${options.event}`).toSorted();

async function untilUp(ask: Ask): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const { items } = (await ask('GET', '/v1/connectors')) as { items: Connector[] };
    if (items[0]?.state === 'up') return;
    assert.ok(tries < 299, `it does not come into step: ${items[0]?.problem}`);
    await wait(100);
  }
}

test('an Offhook that registered itself with another one keeps the same journal', {
  timeout: 240_000,
}, async (context) => {
  const dir = await temporaryDir('registered');
  const there = await serverProcess(dir.path, '');
  const way = await unreliableWay(there.url);
  try {
    await withApp((here) => loop(here, there), { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1/32' });
  } finally {
    await way.close();
    await there.stop().catch(() => {});
    await dir.remove();
  }

  async function loop(here: TestApp, server: ServerProcess): Promise<void> {
    const askHere = askOf((path, options) => here.fetch(path, options));
    const authorization = `Bearer ${server.token}`;
    const askThere = askOf((path, options) =>
      fetch(new URL(path, server.url), { ...options, headers: { authorization, ...(options.headers as object) } }),
    );
    await record(askHere);
    const token = (await askHere('POST', '/v1/tokens', { name: 'hub', kind: 'domain', domain })) as {
      id: string;
      token: string;
    };
    const auth = { clientId: token.id, clientSecret: token.token };
    const connector = { id: 'office', kind: 'ringme', domain, url: here.url, auth, publicUrl: way.url };
    const config = { delivery: { allowNetworks: ['127.0.0.1'] }, connectors: [connector] };
    await writeFile(join(dir.path, 'offhook.yaml'), JSON.stringify(config));
    server.launch();
    await server.ready();
    await record(askThere);
    for (const number of extensions) {
      if (!machines.has(number))
        await askThere('POST', '/v1/users', { domain, name: `u${number}`, extensions: [number] });
    }
    // In the middle of its first run, or thereabouts: wherever it is, the next process completes it.
    while ((await registered(askHere, token.id)).length < expectedEvents.length / 3) await wait(10);
    await server.kill();
    const early = (await registered(askHere, token.id)).length;
    context.diagnostic(`killed when ${early} of ${expectedEvents.length} were registered`);
    server.launch();
    await server.ready();
    await untilUp(askThere);
    const subscriptions = await registered(askHere, token.id);
    assert.deepEqual(eventsOf(subscriptions), expectedEvents);

    for (const { id } of subscriptions) {
      await askHere('PATCH', `/v1/subscriptions/${id}`, { retry: { maxAttempts: 60, delays: ['1s'] } });
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
    assert.deepEqual(eventsOf(await registered(askHere, token.id)), expectedEvents);
  }
});
