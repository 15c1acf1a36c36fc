/**
 * From one Offhook to another: calls that a real Asterisk made are told by one in Ringme's words, and taken in by another as a
 * phone system's. The second one's journal says the same, though every fifth post is answered with an error, half of those
 * after it was taken, and though the second one is killed in the middle.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type TestApp, withApp } from '../support/app.ts';
import { recordingNames } from '../support/recordings.ts';
import { sameAtBothEnds } from '../support/reported-loop.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { askOf, calls, domain, extensions, journalOf, record, unreliableWay } from '../support/two-offhooks.ts';

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
