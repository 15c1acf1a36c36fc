/** What may happen to a server from outside: each is told clearly, loses nothing, and is over when its cause is. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { open, readFile, rm, stat, truncate } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { type Clock, systemClock } from '../../src/kit/clock.ts';
import { examine, type Finding } from '../../src/app/doctor/doctor.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { eventNamed } from '../conformance/event-log-support.ts';
import { selfSigned } from '../conformance/sender-certificate.ts';
import { startApp, type TestApp, withApp } from '../support/app.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const hour = 3_600_000;

interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly problem: string | null }[];
}

async function readiness(url: string): Promise<{ status: number; problems: Record<string, string> }> {
  const answer = await fetch(`${url}/readyz`);
  const { checks } = (await answer.json()) as Readiness;
  const problems = checks.flatMap(({ name, problem }) =>
    problem === null || name === 'disk' ? [] : [[name, problem]],
  );
  return { status: answer.status, problems: Object.fromEntries(problems) as Record<string, string> };
}

async function subscribe(url: string, token: string, to: string, more: object = {}): Promise<void> {
  const endpoint = { url: to, timeoutMs: 2_000 };
  const retry = { maxAttempts: 50, delays: ['100ms'] };
  const answer = await fetch(`${url}/v1/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'all', events: ['*'], dialect: 'cloudevents', endpoint, retry, ...more }),
  });
  assert.equal(answer.status, 201, await answer.text());
}

const post = (url: string, token: string, body: unknown): Promise<Response> =>
  fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const message = (id: string, text = 'hello') => ({ id, type: 'message.received', extension: '101', data: { text } });
const append = (app: TestApp, ...ids: string[]) => app.app.parts().log.append(ids.map((id) => eventNamed(id)));

async function doctor(dir: string, env: Record<string, string> = {}): Promise<readonly Finding[]> {
  const usual = { OFFHOOK_DATA_DIR: dir, OFFHOOK_PORT: '0' };
  const loaded = loadConfig({ env: { ...usual, ...env }, file: '/dev/null' });
  assert.ok('config' in loaded);
  const findings: Finding[] = [];
  for await (const finding of examine(loaded.config, systemClock)) findings.push(finding);
  return findings;
}

const about = (findings: readonly Finding[], check: string): Finding =>
  findings.find((one) => one.check === check) ?? assert.fail(`nothing about ${check}: ${JSON.stringify(findings)}`);

/** A receiver that tells when something came. */
class Receiver {
  readonly taken: string[] = [];
  readonly #waiters = new Set<() => void>();
  status = 204;
  refused = 0;

  readonly handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    request.resume().on('end', () => {
      if (this.status < 300) this.taken.push(String(request.headers['x-offhook-event']));
      else this.refused++;
      response.writeHead(this.status).end();
      for (const waiter of this.#waiters) waiter();
    });
  };

  has(...ids: readonly string[]): Promise<void> {
    return this.until(() => ids.every((id) => this.taken.includes(id)));
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`only these came: ${this.taken.join(', ')}`)), 30_000);
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(late);
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
      look();
    });
  }
}

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function withReceiver(run: (receiver: Receiver, url: string) => Promise<void>): Promise<void> {
  const receiver = new Receiver();
  const server = http.createServer(receiver.handle);
  const port = await listening(server);
  try {
    await run(receiver, `http://127.0.0.1:${port}/hook`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const local = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' };

describe('the store', () => {
  test('a second process on the same data directory is sent away, and the first goes on', () =>
    withApp(async (app) => {
      await assert.rejects(startApp({}, { dir: app.dir }), /in use by another Offhook/);
      await append(app, 'a');
      assert.equal((await readiness(app.url)).status, 200);
      assert.equal(about(await doctor(app.dir), 'lock').detail, 'a server has the data directory open');
    }));

  /** A store with 2,000 events, stopped. */
  async function inStopped(run: (dir: string, file: string) => Promise<void>): Promise<void> {
    const app = await startApp();
    for (let batch = 0; batch < 4; batch++) {
      await append(app, ...Array.from({ length: 500 }, (_, index) => `${batch}-${index}`));
    }
    await app.stop();
    try {
      await run(app.dir, join(app.dir, 'offhook.db'));
    } finally {
      await rm(app.dir, { recursive: true });
    }
  }

  /** What the server needs to start lies elsewhere. */
  function pagesOfEvents(file: string): number[] {
    const db = new DatabaseSync(file, { readOnly: true });
    const rows = db
      .prepare("SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY pageno")
      .all();
    db.close();
    return rows.map(({ pageno }) => Number(pageno));
  }

  for (const [name, damage] of [
    ['overwritten at its beginning', (file: string) => overwrite(file, 0, 100)],
    ['cut in half', async (file: string) => truncate(file, Math.floor((await stat(file)).size / 2))],
    ['without its last page', async (file: string) => truncate(file, (await stat(file)).size - 4_096)],
  ] as const) {
    test(`a database ${name} stops the start with a remedy, and is left as it is`, () =>
      inStopped(async (dir, file) => {
        await damage(file);
        const before = await readFile(file);
        await assert.rejects(startApp({}, { dir }), /is damaged .*offhook restore.*offhook doctor/s);
        assert.deepEqual(await readFile(file), before);
        const finding = about(await doctor(dir), 'database');
        assert.equal(finding.status, 'failed');
        assert.match(finding.remedy ?? '', /offhook restore/);
      }));
  }

  test('a database with damaged pages: doctor finds them, and the server says so once it has met one', () =>
    inStopped(async (dir, file) => {
      const pages = pagesOfEvents(file);
      const damaged = pages.slice(Math.floor(pages.length / 4), pages.length / 2);
      for (const page of damaged) await overwrite(file, (page - 1) * 4_096, 64);
      assert.match(about(await doctor(dir), 'database').detail, /it is damaged/);
      const app = await startApp({}, { dir });
      try {
        const { log } = app.app.parts();
        await assert.rejects(async () => {
          for (let after = 0; after < log.head(); ) after = (await log.read({ after, limit: 500 })).scannedTo;
        }, /malformed/);
        const { status, problems } = await readiness(app.url);
        assert.equal(status, 503);
        assert.match(problems['store'] ?? '', /the database is damaged/);
        assert.match(await (await app.fetch('/metrics')).text(), /offhook_healthy\{check="store"\} 0/);
      } finally {
        await app.stop();
      }
    }));

  test('a write-ahead log that was taken away is noticed: no sequence is used again', async () => {
    const app = await startApp();
    await append(app, 'a', 'b');
    // As kill -9 leaves it, less the write-ahead log.
    const taken = await temporaryDir('wal');
    for (const name of ['offhook.db', 'offhook.running', 'secret.key']) {
      await writeFile(join(taken.path, name), await readFile(join(app.dir, name)));
    }
    await app.stop();
    assert.ok(!existsSync(join(app.dir, 'offhook.running')), 'a server that ended well leaves no mark');
    const warnings: string[] = [];
    const logger = {
      debug: () => {},
      info: () => {},
      error: () => {},
      warn: (_: object, text: string) => void warnings.push(text),
    };
    const again = await startApp({}, { dir: taken.path, logger });
    const [outcome] = await append(again, 'c');
    assert.ok((outcome?.seq ?? 0) > 1_000_000);
    assert.match(warnings.join('\n'), /lost what was written last/);
    await again.stop();
    const usual = await startApp({}, { dir: app.dir });
    assert.equal((await append(usual, 'c'))[0]?.seq, 3);
    await usual.stop();
    await rm(app.dir, { recursive: true });
    await taken.remove();
  });

  test('a log that is full by retention.maxBytes refuses with 503, says so, and takes events again', async () => {
    const small = { OFFHOOK_RETENTION_MAX_BYTES: '10MB' };
    const app = await startApp(small);
    try {
      await fillUp(app);
    } finally {
      await app.stop();
    }
    const larger = await startApp({ OFFHOOK_RETENTION_MAX_BYTES: '20MB' }, { dir: app.dir });
    assert.equal((await readiness(larger.url)).status, 200);
    assert.equal((await append(larger, 'more'))[0]?.kind, 'accepted');
    await larger.stop();
    await rm(app.dir, { recursive: true });
  });

  async function fillUp(app: TestApp): Promise<void> {
    await subscribe(app.url, 'the-token-of-the-administrator', 'inbox:all');
    const text = 'x'.repeat(16_000);
    let accepted = 0;
    for (;;) {
      const answer = await app.fetch('/v1/events', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(Array.from({ length: 20 }, (_, index) => message(`big-${accepted + index}`, text))),
      });
      if (answer.status !== 202) {
        assert.equal(answer.status, 503, await answer.clone().text());
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
        assert.equal(((await answer.json()) as { code: string }).code, 'log_full');
        break;
      }
      accepted += 20;
      assert.ok(accepted < 2_000, 'the limit was never reached');
    }
    const { status, problems } = await readiness(app.url);
    assert.equal(status, 503);
    assert.match(problems['log'] ?? '', /retention\.maxBytes is 10 MB/);
    const { delivery, log } = app.app.parts();
    await delivery.settledUpTo(log.head());
    let sent = 0;
    for (let after = 0; after < log.head(); ) {
      const { events, scannedTo } = await log.read({ after, limit: 100 });
      sent += events.filter(({ type }) => type !== 'audit.recorded').length;
      after = scannedTo;
    }
    assert.equal(sent, accepted, 'what was accepted is there, and delivered');
  }
});

async function overwrite(file: string, at: number, bytes: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.write(Buffer.alloc(bytes, 0xa5), 0, bytes, at);
  } finally {
    await handle.close();
  }
}

describe('the clock', () => {
  for (const [name, shift] of [
    ['back', -hour],
    ['forward', hour],
  ] as const) {
    test(`set ${name} an hour: events are taken and delivered at once, and what is parked is tried again in time`, () => {
      let offset = 0;
      const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset };
      return withReceiver((receiver, url) =>
        withApp(
          async (app) => {
            await subscribe(app.url, 'the-token-of-the-administrator', url);
            await append(app, 'before');
            await receiver.has('before');
            receiver.status = 500;
            await append(app, 'parked');
            await receiver.until(() => receiver.refused > 0);
            offset = shift;
            receiver.status = 204;
            const began = performance.now();
            await append(app, 'after');
            await receiver.has('after', 'parked');
            assert.ok(performance.now() - began < 20_000);
            assert.equal((await readiness(app.url)).status, 200);
            const { log, delivery } = app.app.parts();
            await delivery.settledUpTo(log.head());
            const { events } = await log.read({ after: 0, limit: 10 });
            const ids = events.filter(({ type }) => type !== 'audit.recorded').map(({ id }) => id);
            assert.deepEqual(ids, ['before', 'parked', 'after']);
          },
          local,
          { clock },
        ),
      );
    });
  }

  test('a restart after it was set back goes on, and doctor says that it was', async () => {
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + hour };
    const app = await startApp({}, { clock });
    await append(app, 'a');
    await app.stop();
    const finding = about(await doctor(app.dir), 'clock');
    assert.equal(finding.status, 'warning');
    assert.match(finding.detail, /the clock was set back/);
    const later = await startApp({}, { dir: app.dir });
    assert.equal((await append(later, 'b'))[0]?.seq, 2);
    await later.stop();
    await rm(app.dir, { recursive: true });
  });
});

describe('the surroundings', () => {
  test('DNS is down: what is for a name waits, others get theirs, and doctor says why', () =>
    withReceiver((receiver, url) =>
      withApp(async (app) => {
        const token = 'the-token-of-the-administrator';
        await subscribe(app.url, token, 'http://receiver.offhook.invalid/hook');
        await subscribe(app.url, token, url);
        await append(app, 'a', 'b');
        await receiver.has('a', 'b');
        const waits = async (): Promise<number> => {
          const { items } = await app.client.get<{ items: { key: string; parked: number; inFlight: number }[] }>(
            '/v1/endpoints',
          );
          const named = items.find(({ key }) => key.includes('invalid'));
          return (named?.parked ?? 0) + (named?.inFlight ?? 0);
        };
        assert.ok((await waits()) > 0, 'nothing was given up');
        assert.equal(
          (await readiness(app.url)).status,
          200,
          'one receiver is no reason to take the server out of service',
        );
        const finding = about(await doctor(app.dir, local), 'receiver http://receiver.offhook.invalid');
        assert.equal(finding.status, 'failed');
        assert.match(finding.detail, /subscription 1/);
      }, local),
    ));

  test('a receiver’s certificate expires, and is renewed: nothing is lost', { timeout: 90_000 }, async () => {
    const dir = await temporaryDir('expired');
    const expired = selfSigned([], ['127.0.0.1'], -hour);
    const renewed = selfSigned([], ['127.0.0.1']);
    const ca = join(dir.path, 'ca.pem');
    await writeFile(ca, expired.cert + renewed.cert);
    const receiver = new Receiver();
    const secure = https.createServer(expired, receiver.handle);
    const port = await listening(secure);
    const yaml = 'delivery: { allowNetworks: [127.0.0.0/8] }\nlog: { level: error }\n';
    const server = await serverProcess(dir.path, yaml, undefined, { env: { NODE_EXTRA_CA_CERTS: ca } });
    try {
      server.launch();
      await server.ready();
      await subscribe(server.url, server.token, `https://127.0.0.1:${port}/hook`);
      assert.equal((await post(server.url, server.token, [message('a'), message('b')])).status, 202);
      const reason = await firstFailure(server);
      assert.match(reason, /expired/i);
      assert.deepEqual(receiver.taken, []);
      const finding = about(await doctor(join(dir.path, 'data'), local), `receiver https://127.0.0.1:${port}`);
      assert.equal(finding.status, 'failed');
      secure.setSecureContext(renewed);
      await receiver.has('a', 'b');
    } finally {
      await server.stop();
      secure.closeAllConnections();
      secure.close();
      await dir.remove();
    }
  });

  test('no more files can be opened: connections wait, and nothing accepted is lost', { timeout: 90_000 }, () =>
    withReceiver(async (receiver, url) => {
      const dir = await temporaryDir('files');
      const yaml = 'delivery: { allowNetworks: [127.0.0.0/8] }\nlog: { level: error }\n';
      const server = await serverProcess(dir.path, yaml, undefined, { openFiles: 64 });
      const sockets: net.Socket[] = [];
      try {
        server.launch();
        await server.ready();
        await subscribe(server.url, server.token, url);
        assert.equal((await post(server.url, server.token, message('before'))).status, 202);
        await receiver.has('before');
        const { port } = new URL(server.url);
        for (let count = 0; count < 100; count++) {
          const socket = net.connect(Number(port), '127.0.0.1');
          socket.on('error', () => {});
          await new Promise<void>((resolve) => socket.once('connect', () => resolve()).once('close', () => resolve()));
          sockets.push(socket);
        }
        // It may answer late or not at all; what it does say is meant.
        const during = await post(server.url, server.token, message('during')).then(
          ({ status }) => status,
          () => 0,
        );
        for (const socket of sockets) socket.destroy();
        assert.equal((await eventually(() => post(server.url, server.token, message('after')))).status, 202);
        await receiver.has(...(during === 202 ? ['before', 'during', 'after'] : ['before', 'after']));
        await server.ready();
      } finally {
        for (const socket of sockets) socket.destroy();
        await server.stop();
        await dir.remove();
      }
    }),
  );
});

/** What the first attempt that failed says. */
async function firstFailure({ url, token }: ServerProcess): Promise<string> {
  for (;;) {
    const answer = await fetch(`${url}/v1/deliveries?limit=10`, { headers: { authorization: `Bearer ${token}` } });
    const { items } = (await answer.json()) as { items: { outcome: string; detail: string | null }[] };
    const failed = items.find(({ outcome }) => outcome === 'failed');
    if (failed) return failed.detail ?? '';
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function eventually(ask: () => Promise<Response>): Promise<Response> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
