/**
 * Secrets are planted everywhere one can be given, a server is used with them at the most talkative level, and what it
 * says, on its output, in answers and by its commands, is searched for them.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { selfSigned } from '../conformance/sender-certificate.ts';
import { startPlayedPbx } from '../support/asterisk-pbx.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const run = promisify(execFile);
const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

const client = selfSigned([], []);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** In nobody's answers. */
const kept = {
  key: 'planted-secret-key-0001',
  formerKey: 'planted-former-key-0002',
  ami: 'geheim',
  bearer: 'planted-bearer-0003',
  password: 'planted-password-0004',
  header: 'planted-header-0005',
  clientSecret: 'planted-client-secret-0014',
  parameter: 'planted-parameter-0015',
  token: 'planted-access-token-0016',
  // Of PEM, one line of what is between its marks.
  signingKey: rsa.split('\n')[1] as string,
  tlsKey: client.key.split('\n')[1] as string,
  collector: 'planted-collector-token-0014',
  signing: `whsec_${Buffer.from('planted-signing-secret-000006').toString('base64')}`,
} as const;
const basic = Buffer.from(`u:${kept.password}`).toString('base64');
const notInFiles = [...Object.values(kept), basic];
/** Its owner may see it, no line of a log and no figure may have it. */
const ownersOnly = {
  path: 'planted-url-path-0007',
  query: 'planted-url-query-0008',
  inbox: 'planted-inbox-token-0009',
  inToken: 'planted-in-token-0010',
  accessToken: 'planted-access-token-0011',
  unknownPath: 'planted-unknown-path-0012',
  wrongToken: 'planted-wrong-token-0013',
  collector: 'planted-collector-path-0015',
} as const;

test('no secret that was planted is found in logs, answers, figures or commands', { timeout: 90_000 }, async () => {
  const dir = await temporaryDir('planted');
  const pbx = await startPlayedPbx();
  const receiver = http.createServer(receive);
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const yaml = `
log: { level: debug, attempts: all }
secret: { key: ${kept.key}, previousKeys: [${kept.formerKey}] }
delivery: { allowNetworks: [127.0.0.0/8] }
telemetry: { otlp: 'http://127.0.0.1:${port}/${ownersOnly.collector}', headers: ['authorization=${kept.collector}'] }
connectors:
  - { id: pbx1, kind: asterisk, host: 127.0.0.1, port: ${pbx.manager.port}, username: hub, secret: ${kept.ami} }
`;
  const server = await serverProcess(dir.path, yaml);
  try {
    server.launch();
    await server.ready();
    const said = new Said();
    const ids = await plant(server, `http://127.0.0.1:${port}/${ownersOnly.path}?key=${ownersOnly.query}`, said);
    await useAll(server, said);
    const granted = await logIn(server);
    said.add('log', server.output());
    await commands(server, dir.path, said);
    await server.stop();
    said.add('log', server.output());
    const attempted = said.of('GET /v1/deliveries');
    assert.ok(
      ['repeated', '(token)', '(password)', '(secret)'].every((word) => attempted.includes(word)),
      attempted,
    );
    await searchFiles(join(dir.path, 'data'));
    said.search([...Object.values(kept), basic, server.token], () => true);
    said.search(granted, (where) => where === 'log' || where === '/metrics');
    assert.ok(said.of('log').includes('"route":"/recordings/:id"'), 'links are logged by their route');
    const { path, query, ...others } = ownersOnly;
    said.search([...Object.values(others), ...ids], (where) => !where.includes('/v1/'));
    // A delivery's request is shown with where it goes.
    said.search([path, query], (where) => !/\/v1\/subscriptions|\/v1\/deliveries\/:id/.test(where));
    assert.ok(said.of('log').includes('"route":"/inbox/:token"'), 'the log was talkative');
    const attempts = said.of('log').match(/^.*"msg":"delivery\.attempted".*$/gm) ?? [];
    assert.ok(
      attempts.some((line) => line.includes('"outcome":"failed"') && line.includes(`http://127.0.0.1:${port}"`)),
    );
    assert.ok(attempts.some((line) => line.includes('"outcome":"delivered"') && line.includes('"receiver":"inbox"')));
  } finally {
    await server.stop();
    await pbx.manager.stop();
    receiver.closeAllConnections();
    receiver.close();
    await dir.remove();
  }
});

/** A receiver that fails and a token endpoint, both of which repeat what they were sent. */
function receive(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { authorization = '', ...others } = request.headers;
  let sent = JSON.stringify(authorization);
  request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
  request.on('end', () => {
    if (request.url === '/token') return void response.end(JSON.stringify({ access_token: kept.token }));
    const said = JSON.stringify({ error: 'invalid_request', error_description: decodeURIComponent(sent) });
    if (request.url === '/echo') return void response.writeHead(400).end(said);
    // As it came, and as a receiver understands it.
    const understood = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
    response.writeHead(500).end(JSON.stringify({ repeated: authorization, understood, others }));
  });
}

/** What was said, by where. */
class Said {
  readonly #texts = new Map<string, string>();

  add(where: string, text: string): void {
    this.#texts.set(where, (this.#texts.get(where) ?? '') + text);
  }

  of(where: string): string {
    return this.#texts.get(where) ?? '';
  }

  search(secrets: readonly string[], looked: (where: string) => boolean): void {
    const found: string[] = [];
    for (const [where, text] of this.#texts) {
      for (const secret of looked(where) ? secrets : []) if (text.includes(secret)) found.push(`${secret} in ${where}`);
    }
    assert.deepEqual(found, []);
  }
}

/** What is kept, is kept encrypted. */
async function searchFiles(dir: string): Promise<void> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.ok(files.length > 0);
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name));
    for (const secret of notInFiles) assert.ok(!bytes.includes(secret), `${secret} in ${name}`);
  }
}

/** @returns the subscriptions' ids, which are confidential too */
async function plant(server: ServerProcess, url: string, said: Said): Promise<string[]> {
  const { origin } = new URL(url);
  const known = { clientId: 'c', clientSecret: kept.clientSecret, parameters: { resource: kept.parameter } };
  const oauth = { kind: 'oauth2-client-credentials', ...known };
  const jwt = { kind: 'oauth2-jwt-bearer', issuer: 'i', subject: 's', audience: 'a' };
  const auths = [
    { kind: 'bearer', token: kept.bearer },
    { kind: 'basic', username: 'u', password: kept.password },
    { kind: 'headers', headers: { 'x-key': kept.header } },
    { ...oauth, tokenUrl: `${origin}/echo`, clientAuth: 'body' },
    { ...oauth, tokenUrl: `${origin}/token` },
    { ...jwt, tokenUrl: `${origin}/echo`, privateKey: rsa },
  ];
  const mtls = { kind: 'mtls', certificate: client.cert, privateKey: client.key };
  const secure = { url: url.replace('http:', 'https:'), auth: mtls };
  const targets = [...auths.map((auth) => ({ url, auth })), secure, { url: `inbox:${ownersOnly.inbox}` }];
  const ids: string[] = [];
  for (const [index, target] of targets.entries()) {
    // Each at an endpoint of its own, so that no breaker keeps the others from being tried.
    const endpoint = { ...target, name: `one-${index}`, signing: { secrets: [kept.signing] } };
    const body = { name: `one-${index}`, events: ['*'], dialect: 'cloudevents', endpoint };
    const answer = await ask(server, 'POST', '/v1/subscriptions', body);
    said.add('POST /v1/subscriptions', answer);
    ids.push((JSON.parse(answer) as { id: string }).id);
  }
  return ids;
}

async function ask(
  { url, token }: Pick<ServerProcess, 'url' | 'token'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<string> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.text();
}

/** @returns a token, what was given out for it, and what was guessed: by log-in, at a vendor's API and in a link */
async function logIn(server: ServerProcess): Promise<string[]> {
  await ask(server, 'POST', '/v1/domains', { name: 'acme' });
  const made = await ask(server, 'POST', '/v1/tokens', { name: 't', kind: 'domain', domain: 'acme' });
  const { id, token } = JSON.parse(made) as { id: string; token: string };
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: token };
  const { access_token: access } = JSON.parse(await ask(server, 'POST', '/oauth/token', form)) as {
    access_token: string;
  };
  const guessed = { ...form, client_secret: 'planted-guess-0017' };
  assert.match(await ask(server, 'POST', '/oauth/token', guessed), /invalid_client/);
  const loggedIn = { url: server.url, token: access };
  assert.equal(await ask(loggedIn, 'GET', '/api/ver1.0/client/@me/extension/'), '[]');
  assert.match(await ask(loggedIn, 'GET', '/uapi/extensions/@me/210/phoneCallEvents/'), /extension_invalid/);
  await ask(server, 'GET', `/recordings/rec-1?grant=${access}`);
  return [token, access, guessed.client_secret];
}

async function useAll(server: ServerProcess, said: Said): Promise<void> {
  const event = { type: 'message.received', extension: '101', data: { text: 'hello' } };
  await ask(server, 'POST', '/v1/events', [event, event]);
  await firstFailure(server);
  const reads = ['events', 'subscriptions', 'endpoints', 'deliveries', 'calls', 'connectors', 'stats', 'dialects'];
  for (const name of reads) said.add(`GET /v1/${name}`, await ask(server, 'GET', `/v1/${name}`));
  const tellsMore = async (kind: string, name: string, more: readonly (readonly [string, string])[]): Promise<void> => {
    const { items } = JSON.parse(said.of(`GET /v1/${kind}`)) as { items: Record<string, string>[] };
    for (const item of items) {
      const at = `/v1/${kind}/${item[name]}`;
      for (const [method, rest] of more) {
        said.add(
          `${method} /v1/${kind}/:id${rest}`,
          await ask(server, method, at + rest, method === 'GET' ? undefined : {}),
        );
      }
    }
  };
  await tellsMore('subscriptions', 'id', [
    ['GET', ''],
    ['POST', '/test'],
    ['POST', '/preview'],
  ]);
  await tellsMore('deliveries', 'delivery', [['GET', '']]);
  assert.ok(said.of('POST /v1/subscriptions/:id/test').includes('repeated'));
  assert.ok(said.of('GET /v1/deliveries/:id').includes('repeated'));
  for (const path of ['/metrics', '/readyz', '/healthz', '/openapi.json'])
    said.add(path, await ask(server, 'GET', path));
  const odd: readonly (readonly [string, string])[] = [
    ['GET', `/inbox/${ownersOnly.inbox}`],
    ['POST', `/inbox/${ownersOnly.inbox}`],
    ['POST', `/in/voipnow/${ownersOnly.inToken}`],
    ['GET', `/v1/events?access_token=${ownersOnly.accessToken}`],
    ['GET', `/v1/stream/${ownersOnly.unknownPath}`],
    ['GET', `/${ownersOnly.unknownPath}/%zz`],
    ['PATCH', `/v1/subscriptions/${ownersOnly.unknownPath}`],
  ];
  for (const [method, path] of odd) await ask(server, method, path, method === 'GET' ? undefined : {});
  const stranger = { url: server.url, token: ownersOnly.wrongToken } as ServerProcess;
  said.add('stranger', await ask(stranger, 'GET', '/v1/events'));
  await brokenRequest(server.url);
}

/** What is no HTTP at all is logged by nobody's routes. */
function brokenRequest(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname, () => {
      socket.end(`GET /${ownersOnly.unknownPath} HTP/9\r\nAuthorization: Bearer ${ownersOnly.wrongToken}\r\n\r\n`);
    });
    socket
      .resume()
      .on('error', () => {})
      .once('close', () => resolve());
  });
}

/** Of each kind that is planted. */
async function firstFailure(server: ServerProcess): Promise<void> {
  const isThere = (text: string): boolean =>
    ['http_500', '(token)', 'oauth2: ', 'tls: '].every((part) => text.includes(part));
  while (!isThere(await ask(server, 'GET', '/v1/deliveries?limit=50'))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function commands(server: ServerProcess, dir: string, said: Said): Promise<void> {
  const env = {
    PATH: process.env['PATH'],
    OFFHOOK_CONFIG: join(dir, 'offhook.yaml'),
    OFFHOOK_DATA_DIR: join(dir, 'data'),
    OFFHOOK_PORT: new URL(server.url).port,
    OFFHOOK_ADMIN_TOKEN: server.token,
  };
  const lines = [
    ['config', 'show'],
    ['config', 'check'],
    ['doctor'],
    ['doctor', '--json'],
    ['backup', join(dir, 'backups')],
    ['secrets', 'rotate'],
  ];
  for (const args of lines) {
    const { stdout, stderr } = await run(process.execPath, [main, ...args], { env, cwd: dir }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    assert.ok((stdout + stderr).length > 0);
    said.add(`offhook ${args.join(' ')}`.replace(dir, ''), stdout + stderr);
  }
}
