/**
 * From a real call to a real HTTP receiver, set up as a new user does: a configuration file, `offhook up`, a
 * subscription. In the middle of a call the server is killed, and the call still gets its end under the same id.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { type RealAsterisk, startAsterisk } from './support/asterisk.ts';
import { skipWithoutAsterisk } from './support/parts.ts';
import { type Phones, startPhones } from './support/sipp.ts';

const skip = skipWithoutAsterisk();
const token = 'test-administrator-token-0123456789';
const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const patienceMs = 20_000;

interface Notification {
  readonly type: string;
  readonly data: {
    readonly call: { readonly [name: string]: unknown; readonly id: string; readonly to: { readonly number: string } };
  };
}

/** A receiver that keeps what it is sent. */
async function startReceiver() {
  const received: Notification[] = [];
  let look = (): void => {};
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.statusCode = 204;
      response.end();
      received.push(JSON.parse(Buffer.concat(chunks).toString()) as Notification);
      look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const until = (fits: (one: Notification) => boolean, what: string): Promise<Notification> =>
    new Promise((resolve, reject) => {
      const seen = (): string => received.map(({ type }) => type).join(' ');
      const limit = setTimeout(() => reject(new Error(`no ${what} after: ${seen()}`)), patienceMs);
      look = () => {
        const found = received.find(fits);
        if (!found) return;
        clearTimeout(limit);
        resolve(found);
      };
      look();
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    until,
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

describe('a real call reaches a real receiver', { skip }, () => {
  let asterisk: RealAsterisk;
  let phones: Phones;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let folder: string;
  let server: ChildProcess | null = null;

  /** Starts `offhook up`; gives its address. */
  async function up(): Promise<string> {
    const env = { PATH: process.env['PATH'], AMI_SECRET: asterisk.secret, OFFHOOK_ADMIN_TOKEN: token };
    const started = spawn(process.execPath, [main, 'up', '--config', join(folder, 'offhook.yaml')], {
      env,
      cwd: folder,
    });
    server = started;
    const said: string[] = [];
    const listens = (text: string): string | undefined => /listens on (http:\S+)/.exec(text)?.[1];
    return new Promise((resolve, reject) => {
      for (const stream of [started.stdout, started.stderr]) {
        createInterface({ input: stream }).on('line', (text) => {
          said.push(text);
          const url = listens(text);
          if (url !== undefined) resolve(url);
        });
      }
      started.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${said.join('\n')}`)));
    });
  }

  async function api(url: string, path: string, body?: unknown): Promise<unknown> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const request = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(url + path, request);
    assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
    return response.json();
  }

  /** Resolves when the connector listens to the PBX. */
  async function untilUp(url: string): Promise<void> {
    const until = Date.now() + patienceMs;
    while (!JSON.stringify(await api(url, '/v1/connectors')).includes('"up"')) {
      assert.ok(Date.now() < until, 'the connector is not up');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'offhook-delivery-'));
    asterisk = await startAsterisk();
    phones = await startPhones(asterisk);
    receiver = await startReceiver();
    await phones.plugIn('101', 'answers');
    await phones.plugIn('102', 'answers');
    await writeFile(
      join(folder, 'offhook.yaml'),
      `server: { port: 0 }
defaults: { domain: acme }
delivery: { allowNetworks: [127.0.0.0/8] }
connectors:
  - id: pbx1
    kind: asterisk
    host: 127.0.0.1
    port: ${asterisk.ports.ami}
    username: hub
    secret: env:AMI_SECRET
    trunks: ["PJSIP/trunk-*"]
`,
    );
  });

  after(async () => {
    const ended = new Promise((resolve) => (server ? server.once('exit', resolve) : resolve(null)));
    server?.kill('SIGKILL');
    await ended;
    await receiver?.stop();
    await phones?.stop();
    await asterisk?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  test('with its numbers, direction, outcome and duration; and a call that outlives a kill -9 gets its end', async () => {
    const url = await up();
    await api(url, '/v1/subscriptions', {
      name: 'CRM',
      scope: { reseller: '*', domain: 'acme', user: '*', extension: '*' },
      events: ['*'],
      dialect: 'cloudevents',
      options: {},
      endpoint: { url: receiver.url, method: 'POST' },
    });
    await untilUp(url);

    await phones.carrierCalls('12157010680', '3125550101', { kind: 'talks', ms: 1000 });
    const about = (type: string, to: string) => (one: Notification) =>
      one.type.endsWith(type) && one.data.call?.to?.number === to;
    const ended = (await receiver.until(about('call.ended', '+13125550101'), 'end of the call')).data.call;
    assert.equal(ended['direction'], 'inbound');
    assert.equal(ended['outcome'], 'answered');
    assert.equal(ended['hungUpBy'], 'caller');
    assert.deepEqual(ended['from'], { number: '+12157010680', raw: '12157010680', name: 'Alice', kind: 'external' });
    assert.ok(Number(ended['talkMs']) >= 950 && Number(ended['talkMs']) < 3000, `talked ${String(ended['talkMs'])} ms`);

    const done = phones.phoneCalls('103', '102', { kind: 'waits for the end' });
    const answered = await receiver.until(about('call.answered', '102'), 'answer');
    const killed = new Promise((resolve) => server?.once('exit', resolve));
    server?.kill('SIGKILL');
    await killed;
    const again = await up();
    await untilUp(again);
    const channels = await asterisk.console('core show channels concise');
    await asterisk.console(`channel request hangup ${/^(PJSIP\/103-\w+)/m.exec(channels)?.[1]}`);
    await done;
    const end = await receiver.until(about('call.ended', '102'), 'end of the call that outlived the server');
    assert.equal(end.data.call.id, answered.data.call.id);
    assert.equal(end.data.call['outcome'], 'answered');
  });
});
