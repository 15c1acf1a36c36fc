import assert from 'node:assert/strict';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { selfSigned } from '../../../test/conformance/sender-certificate.ts';
import { startApp, type TestApp, withApp } from '../../../test/support/app.ts';
import { startPlayedPbx } from '../../../test/support/asterisk-pbx.ts';
import { temporaryDir } from '../../../test/support/temporary-dir.ts';
import { loadConfig } from '../../config/load-config.ts';
import { systemClock } from '../../kit/clock.ts';
import { examine, type Finding } from './doctor.ts';

const day = 86_400_000;

async function findings(dir: string, env: Record<string, string> = {}): Promise<readonly Finding[]> {
  const usual = { OFFHOOK_DATA_DIR: dir, OFFHOOK_PORT: '0' };
  const loaded = loadConfig({ env: { ...usual, ...env }, file: '/dev/null' });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const found: Finding[] = [];
  for await (const finding of examine(loaded.config, systemClock)) found.push(finding);
  return found;
}

const about = (found: readonly Finding[], check: string): Finding =>
  found.find((one) => one.check === check) ?? assert.fail(`nothing about ${check}: ${JSON.stringify(found)}`);
const failedOnes = (found: readonly Finding[]) => found.filter(({ status }) => status === 'failed');

async function inDir(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await temporaryDir('doctor');
  try {
    await run(dir.path);
  } finally {
    await dir.remove();
  }
}

const subscription = (url: string, auth: object = { kind: 'none' }) =>
  JSON.stringify({ name: 'one', events: ['*'], dialect: 'cloudevents', endpoint: { url, auth } });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('doctor', () => {
  test('a new installation is well, and looking at it makes nothing', () =>
    inDir(async (dir) => {
      const found = await findings(join(dir, 'none-yet'));
      assert.deepEqual(failedOnes(found), []);
      for (const { status, remedy } of found) assert.equal(remedy === null, status === 'ok' || status === 'skipped');
      await assert.rejects(chmod(join(dir, 'none-yet'), 0o700), /ENOENT/);
    }));

  test('a running server is asked itself, by its address', () =>
    withApp(async (app) => {
      const { port } = new URL(app.url);
      const found = await findings(app.dir, { OFFHOOK_PORT: port });
      assert.equal(about(found, 'server').detail, 'it runs and is ready');
      assert.deepEqual(failedOnes(found), []);
      const elsewhere = await findings(app.dir, { OFFHOOK_PORT: String(await freePort()) });
      assert.match(about(elsewhere, 'server').detail, /does not answer at/);
    }));

  test('a port somebody else has is told when no server runs', () =>
    inDir(async (dir) => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const finding = about(await findings(dir, { OFFHOOK_PORT: String(port) }), 'port');
      assert.equal(finding.status, 'failed');
      assert.match(finding.remedy ?? '', /another program has it/);
      await new Promise((resolve) => other.close(resolve));
    }));

  test('what others may read is told: the directory, the key, the database', () =>
    withApp(async (app) => {
      await chmod(app.dir, 0o755);
      await chmod(join(app.dir, 'secret.key'), 0o644);
      const found = await findings(app.dir);
      assert.equal(about(found, 'data directory').status, 'warning');
      assert.match(about(found, 'file modes').detail, /secret\.key may be read by others \(mode 644\)/);
    }));

  test('credentials that the key does not open are told before a start fails over them', async () => {
    const app = await startApp();
    await app.client.send('POST', '/v1/subscriptions', subscription('inbox:one', { kind: 'bearer', token: 'abc' }));
    await app.stop();
    assert.match(about(await findings(app.dir), 'credentials').detail, /all 1 can be opened/);
    await rename(join(app.dir, 'secret.key'), join(app.dir, 'elsewhere'));
    assert.match(about(await findings(app.dir), 'credentials').detail, /1 are stored, and there is no key file/);
    const other = { OFFHOOK_SECRET_KEY: 'another key, long enough' };
    assert.match(about(await findings(app.dir, other), 'credentials').detail, /sealed by the key/);
    await rename(join(app.dir, 'elsewhere'), join(app.dir, 'secret.key'));
    const moved = about(await findings(app.dir, other), 'credentials');
    assert.deepEqual([moved.status, moved.detail.includes('by a former key')], ['warning', true]);
    await startAndStop(app, other);
    assert.equal(about(await findings(app.dir, other), 'credentials').status, 'ok');
  });

  test('TLS files: expired, expiring, another’s key, and none where one is needed', () =>
    inDir(async (dir) => {
      const statusOf = async (cert: string, key: string): Promise<Finding> => {
        await writeFile(join(dir, 'cert.pem'), cert);
        await writeFile(join(dir, 'key.pem'), key);
        const files = { OFFHOOK_SERVER_TLS_CERT: join(dir, 'cert.pem'), OFFHOOK_SERVER_TLS_KEY: join(dir, 'key.pem') };
        return about(await findings(join(dir, 'data'), files), 'TLS');
      };
      const [expired, expiring, well] = [-day, 5 * day, 90 * day].map((until) =>
        selfSigned(['pbx.example'], [], until),
      );
      assert.ok(expired && expiring && well);
      assert.match((await statusOf(expired.cert, expired.key)).detail, /expired on/);
      assert.equal((await statusOf(expiring.cert, expiring.key)).status, 'warning');
      assert.equal((await statusOf(well.cert, well.key)).status, 'ok');
      assert.match((await statusOf(well.cert, expired.key)).detail, /is not the key of/);
      assert.match((await statusOf('no PEM', well.key)).detail, /can't be read/);
      const open = await findings(join(dir, 'data'), { OFFHOOK_HOST: '0.0.0.0' });
      assert.equal(about(open, 'TLS').status, 'warning');
    }));

  test('an interrupted restore, and a store of a later version', () =>
    inDir(async (dir) => {
      await mkdir(join(dir, 'restore.unfinished'));
      assert.match(about(await findings(dir), 'database').remedy ?? '', /offhook restore/);
      await rm(join(dir, 'restore.unfinished'), { recursive: true });
      const db = new DatabaseSync(join(dir, 'offhook.db'));
      db.exec('PRAGMA user_version = 9999');
      db.close();
      assert.match(about(await findings(dir), 'schema').detail, /was written by a later version/);
    }));

  test('receivers are connected to, and what stands in the way is told without their path or query', () =>
    withApp(
      async (app) => {
        const port = await freePort();
        const secret = `http://127.0.0.1:${port}/hook/secret-path?key=secret-query`;
        await app.client.send('POST', '/v1/domains', JSON.stringify({ name: 'default' }));
        const inDomain = { ...JSON.parse(subscription(secret)), scope: { domain: 'default' } };
        await app.client.send('POST', '/v1/subscriptions', JSON.stringify(inDomain));
        const { port: own } = new URL(app.url);
        const refused = about(await findings(app.dir, { OFFHOOK_PORT: own }), `receiver http://127.0.0.1:${port}`);
        assert.match(refused.remedy ?? '', /delivery\.allowNetworks/);
        const allowFor = (allowNetworks: string[]) =>
          app.client.send('PATCH', '/v1/domains/default', JSON.stringify({ allowNetworks }));
        await allowFor(['127.0.0.0/8']);
        const ofDomain = about(await findings(app.dir, { OFFHOOK_PORT: own }), `receiver http://127.0.0.1:${port}`);
        assert.match(ofDomain.detail, /ECONNREFUSED|refused/);
        assert.doesNotMatch(ofDomain.remedy ?? '', /allowNetworks/);
        await allowFor([]);
        const allowed = { OFFHOOK_PORT: own, OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' };
        const found = await findings(app.dir, allowed);
        assert.match(about(found, `receiver http://127.0.0.1:${port}`).detail, /ECONNREFUSED|refused/);
        assert.ok(!JSON.stringify(found).includes('secret-'));
        const server = createServer();
        let bytes = 0;
        server.on('connection', (socket) =>
          socket.on('data', (chunk) => (bytes += chunk.length)).on('error', () => {}),
        );
        await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
        assert.match(about(await findings(app.dir, allowed), 'receivers').detail, /1 of 1/);
        await new Promise((resolve) => server.close(resolve));
        assert.equal(bytes, 0, 'nothing is sent');
      },
      { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' },
    ));

  test('a receiver that can be connected to and refuses is told, until something comes through', () =>
    withApp(
      async (app) => {
        let status = 500;
        const server = createHttpServer((_request, response) => response.writeHead(status).end('secret words'));
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const { port } = server.address() as AddressInfo;
        const draft = { ...JSON.parse(subscription(`http://127.0.0.1:${port}/`)), retry: { maxAttempts: 1 } };
        await app.client.send('POST', '/v1/subscriptions', JSON.stringify({ ...draft, events: ['call.started'] }));
        const asked = async () => {
          const event = JSON.stringify({ type: 'call.started', call: { id: 'c1' } });
          const sent = await app.client.send<{ accepted: { seq: number }[] }>('POST', '/v1/events', event);
          const { delivery } = app.app.parts();
          await delivery.settledUpTo(sent.accepted[0]!.seq);
          await delivery.recorded();
          const { port: own } = new URL(app.url);
          return findings(app.dir, { OFFHOOK_PORT: own, OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' });
        };
        try {
          const refused = await asked();
          assert.match(about(refused, 'receivers').detail, /1 of 1/);
          const { status: how, detail, remedy } = about(refused, 'last attempts');
          assert.equal(how, 'warning');
          assert.match(detail, /^that of subscription 1 failed \(http_500, \d{4}-/);
          assert.match(remedy ?? '', /deliveries --subscription 1/);
          assert.ok(!JSON.stringify(refused).includes('secret words'));
          status = 200;
          assert.equal(about(await asked(), 'last attempts').status, 'ok');
        } finally {
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        }
      },
      { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' },
    ));

  test('phone systems are logged in to: the secret, the rights, the times and the clock are told', () =>
    inDir(async (dir) => {
      const pbx = await startPlayedPbx();
      const ask = async (secret: string) => {
        const connector = {
          id: 'pbx1',
          kind: 'asterisk',
          host: '127.0.0.1',
          port: pbx.manager.port,
          username: 'hub',
          secret,
        };
        return findings(dir, { OFFHOOK_CONNECTORS: JSON.stringify([connector]) });
      };
      const wrong = about(await ask('wrong-secret'), 'phone system pbx1');
      assert.equal(wrong.status, 'failed');
      assert.match(wrong.remedy ?? '', /\[hub\] in manager\.conf/);
      assert.ok(!JSON.stringify(wrong).includes('wrong-secret'));
      const found = async (logIn: number, meanwhile: () => void): Promise<string[]> => {
        const told = pbx.manager.loggedIn(logIn).then(meanwhile);
        const all = (await ask('geheim')).filter(({ check }) => check === 'phone system pbx1');
        await told;
        return all.map(({ detail }) => detail);
      };
      // To who has just logged in Asterisk says this without a time, whatever timestampevents is.
      const boots = (): void => pbx.emit('FullyBooted', [['Status', 'Fully Booted']]);
      const [logIn, ...idle] = await found(1, boots);
      assert.match(logIn ?? '', /logged in; Asterisk 22\.1\.0/);
      assert.match(idle.join('\n'), /its clock is \d+ s behind ours/);
      assert.doesNotMatch(idle.join('\n'), /carry no time/);
      assert.match(idle.join('\n'), /timestampevents and channelvars: .* ask again during a call/);
      const rings = (...headers: [string, string][]): void => {
        pbx.emit(
          'Newchannel',
          [
            ['Uniqueid', '1.1'],
            ['Channel', 'PJSIP/101-00000001'],
          ],
          headers,
        );
        boots();
      };
      const rough = (await found(2, () => rings())).join('\n');
      assert.match(rough, /its events carry no time/);
      assert.match(rough, /do not show QUEUESTATUS and MIXMONITOR_FILENAME/);
      const variables: [string, string][] = [
        ['ChanVariable', 'QUEUESTATUS='],
        ['ChanVariable', 'MIXMONITOR_FILENAME='],
      ];
      const good = await found(3, () => rings(['Timestamp', '1795716946.755522'], ...variables));
      assert.doesNotMatch(good.join('\n'), /carry no time|do not show|during a call/);
      await pbx.manager.stop();
      assert.match(about(await ask('geheim'), 'phone system pbx1').detail, /ECONNREFUSED/);
    }));
});

test('doctor says which rights are missing for what a phone system may be asked to do', () =>
  inDir(async (dir) => {
    const pbx = await startPlayedPbx();
    try {
      const ask = async () => {
        const place = { id: 'pbx1', kind: 'asterisk', host: '127.0.0.1', port: pbx.manager.port };
        const commands = { context: 'phones', channel: 'PJSIP/{extension}' };
        const connector = { ...place, username: 'hub', secret: 'geheim', commands };
        const all = await findings(dir, { OFFHOOK_CONNECTORS: JSON.stringify([connector]) });
        return all.flatMap(({ detail }) => (detail.includes('commands') ? [detail] : []));
      };
      const may = (...names: string[]): void => {
        const lines = names.map((name) => [name, 'does it'] as const);
        pbx.obey = (action) =>
          action.get('action') === 'ListCommands' ? [['Response', 'Success'], ...lines] : undefined;
      };
      may('Ping', 'Hangup');
      assert.match((await ask()).join('\n'), /may not Originate, BlindTransfer/);
      may('Ping', 'Hangup', 'Originate', 'BlindTransfer');
      assert.deepEqual(await ask(), []);
    } finally {
      await pbx.manager.stop();
    }
  }));

async function startAndStop({ dir }: TestApp, env: Record<string, string>): Promise<void> {
  const app = await startApp(env, { dir });
  await app.stop();
}
