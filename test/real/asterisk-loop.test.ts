/**
 * Calls through a real Asterisk, one Offhook that listens to it, and another one that is its integration: registered there by
 * the vendor's management API, told in Ringme's words. Both journals say the same.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type TestApp, withApp } from '../support/app.ts';
import { freePort } from '../support/receiver/program.ts';
import { sameAtBothEnds } from '../support/reported-loop.ts';
import { type Ask, askOf, domain, extensions, journalOf, machines, record } from '../support/two-offhooks.ts';
import { type RealAsterisk, startAsterisk } from './support/asterisk.ts';
import { configFor } from './support/listening.ts';
import { skipWithoutAsterisk } from './support/parts.ts';
import { callScenarios } from './support/scenarios/index.ts';
import { startPhones } from './support/sipp.ts';

/** One of each kind of thing that an integration has to get right; all others are told from their recordings. */
const played = [
  'inbound-answered',
  'outbound-busy',
  'internal-answered',
  'ring-group',
  'ivr-only',
  'queue-ringall',
  'queue-abandoned',
  'blind-keys',
  'attended-refer',
  'forward-302',
  'recorded',
];

async function untilUp(ask: Ask): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { items } = (await ask('GET', '/v1/connectors')) as { items: { state: string; problem: string | null }[] };
    if (items[0]?.state === 'up') return;
    assert.ok(tries < 600, `it is not up: ${items[0]?.problem}`);
    await wait(100);
  }
}

/** As it stands in a configuration file. */
function asteriskOf(asterisk: RealAsterisk): object {
  const { id, host, port, username, secret, trunks, extensions: pattern, ivrContexts } = configFor(asterisk);
  return { id, kind: 'asterisk', host, port, username, secret, domain, trunks, extensions: pattern, ivrContexts };
}

const phones = extensions.filter((number) => !machines.has(number));

async function mapUsers(ask: Ask): Promise<void> {
  for (const number of phones) await ask('POST', '/v1/users', { domain, name: `u${number}`, extensions: [number] });
}

/** Four events of each phone that somebody has, and the hang-up of each queue and menu. */
const wanted = phones.length * 4 + (extensions.length - phones.length);

async function untilRegistered(ask: Ask): Promise<void> {
  for (let tries = 0; ; tries++) {
    let count = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const from = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = (await ask('GET', `/v1/subscriptions?limit=500${from}`)) as {
        items: unknown[];
        next: string | null;
      };
      count += page.items.length;
      cursor = page.next;
    }
    if (count === wanted) return;
    assert.ok(tries < 240, `${count} of ${wanted} events are registered`);
    await wait(500);
  }
}

test('the journal of an integration equals that of the Offhook in front of the Asterisk', {
  skip: skipWithoutAsterisk(),
  timeout: 300_000,
}, async () => {
  const asterisk = await startAsterisk();
  try {
    await withApp((here) => through(here, asterisk), {
      OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1/32',
      OFFHOOK_CONNECTORS: JSON.stringify([asteriskOf(asterisk)]),
    });
  } finally {
    await asterisk.stop();
  }
});

async function through(here: TestApp, asterisk: RealAsterisk): Promise<void> {
  const askHere = askOf((path, options) => here.fetch(path, options));
  await record(askHere);
  await untilUp(askHere);
  const token = (await askHere('POST', '/v1/tokens', { name: 'hub', kind: 'domain', domain })) as {
    id: string;
    token: string;
  };
  const port = await freePort();
  const office = {
    id: 'office',
    kind: 'ringme',
    domain,
    url: here.url,
    auth: { clientId: token.id, clientSecret: token.token },
    publicUrl: `http://127.0.0.1:${port}`,
  };
  await withApp(
    (there) =>
      play(
        askHere,
        askOf((path, options) => there.fetch(path, options)),
        asterisk,
      ),
    {
      OFFHOOK_PORT: String(port),
      OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1/32',
      OFFHOOK_CONNECTORS: JSON.stringify([office]),
    },
  );
}

async function play(askHere: Ask, askThere: Ask, asterisk: RealAsterisk): Promise<void> {
  await record(askThere);
  await mapUsers(askThere);
  await untilRegistered(askHere);
  for (const name of played) {
    const scenario = callScenarios.find((one) => one.name === name);
    assert.ok(scenario, name);
    const own = await startPhones(asterisk);
    try {
      const call = await scenario.prepare(own, asterisk);
      // Where a phone misses its moment another call is made than was planned: both journals have to say the same of it.
      await call().catch((error: unknown) => console.log(`${name}: ${String(error)}`));
      await asterisk.quiet().catch(async () => {
        await asterisk.action('Hangup', { Channel: '/.*/' });
        await asterisk.quiet();
      });
    } finally {
      await own.stop();
    }
  }
  const expected = sameAtBothEnds(await journalOf(askHere, () => true));
  assert.ok(expected.length >= played.length / 2, `only ${expected.length} entries of ${played.length} calls`);
  const found = await journalOf(askThere, (entries) => entries.length >= expected.length);
  assert.deepEqual(sameAtBothEnds(found), expected);
}
