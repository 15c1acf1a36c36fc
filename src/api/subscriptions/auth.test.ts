/** Credentials that need more than a header, as the API takes, checks, keeps and shows them. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { selfSigned } from '../../../test/conformance/sender-certificate.ts';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';
import { systemClock } from '../../kit/clock.ts';
import type { EndpointAuth } from '../../subscriptions/subscription.ts';
import { certificateWarnings } from './certificates.ts';

let world: ApiWorld;
before(async () => {
  world = await createApiWorld();
});
after(() => world.stop());

const day = 86_400_000;
const rsa = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const key = rsa(2048);
const client = selfSigned([], [], 90 * day);
const other = selfSigned([], []);
const url = 'https://crm.example/hook';
const tokenUrl = 'https://login.example/token';

const oauth = { kind: 'oauth2-client-credentials', tokenUrl, clientId: 'c', clientSecret: 'very-secret' };
const jwt = { kind: 'oauth2-jwt-bearer', tokenUrl, privateKey: key, issuer: 'i', subject: 's', audience: 'a' };
const mtls = { kind: 'mtls', certificate: client.cert, privateKey: client.key };

const post = (auth: object, endpoint: object = {}) =>
  world.post('/v1/subscriptions', { name: 'n', dialect: 'cloudevents', endpoint: { url, auth, ...endpoint } });
const patch = (id: string, body: object) =>
  world.ask({ method: 'PATCH', url: `/v1/subscriptions/${id}`, payload: body });
const everything = { reseller: '*', domain: '*', user: '*', extension: '*' };
const storedAuth = (id: string) => world.deps.delivery.subscriptions.get(everything, id)?.target.auth;

async function create(auth: object): Promise<string> {
  const answer = await post(auth);
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json<{ id: string }>().id;
}

test('each is kept with its defaults, shown without its secrets, and stays when it is sent back as shown', async () => {
  const parameters = { resource: 'hidden-parameter' };
  const full = { ...oauth, clientAuth: 'body', scope: 'a b', audience: 'x', parameters };
  const cases: readonly (readonly [object, object])[] = [
    [oauth, { ...oauth, clientAuth: 'basic', scope: null, audience: null, parameters: {} }],
    [full, full],
    [jwt, { ...jwt, keyId: null, scope: null }],
    [mtls, { ...mtls, ca: null }],
    [
      { ...mtls, ca: other.cert },
      { ...mtls, ca: other.cert },
    ],
  ];
  for (const [given, kept] of cases) {
    const id = await create(given);
    assert.deepEqual(storedAuth(id), kept);
    const shown = await world.ask({ url: `/v1/subscriptions/${id}` });
    assert.doesNotMatch(shown.body, /very-secret|hidden-parameter|PRIVATE KEY/);
    const audit = await world.ask({ url: '/v1/audit' });
    assert.doesNotMatch(audit.body, /very-secret|hidden-parameter|PRIVATE KEY/);
    const put = { method: 'PUT', url: `/v1/subscriptions/${id}`, payload: shown.json<object>() } as const;
    assert.equal((await world.ask(put)).statusCode, 200);
    assert.deepEqual(storedAuth(id), kept);
    assert.equal((await patch(id, { name: 'other', endpoint: { timeoutMs: 700 } })).statusCode, 200);
    assert.deepEqual(storedAuth(id), kept);
  }
});

test('a secret goes to no other receiver and no other token endpoint than it was given for', async () => {
  for (const auth of [oauth, jwt]) {
    const id = await create(auth);
    const field = auth === oauth ? 'endpoint.auth.clientSecret' : 'endpoint.auth.privateKey';
    for (const endpoint of [
      { url: 'https://elsewhere.example/' },
      { auth: { tokenUrl: 'https://elsewhere.example/token' } },
    ]) {
      const moved = await patch(id, { endpoint });
      assert.deepEqual([moved.statusCode, moved.json().field], [400, field], moved.body);
    }
    const path = await patch(id, { endpoint: { auth: { tokenUrl: `${tokenUrl}/v2` } } });
    assert.equal(path.statusCode, 200, path.body);
  }
  const id = await create(mtls);
  const moved = await patch(id, { endpoint: { url: 'https://elsewhere.example/' } });
  assert.equal(moved.json().field, 'endpoint.auth.privateKey');
});

test('what is not right is named by its field, and no value is repeated', async () => {
  const locked = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' },
  }).privateKey;
  const expired = selfSigned([], [], -day);
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{ ...oauth, tokenUrl: 'login.example' }, 'endpoint.auth.tokenUrl', /https/],
    [{ ...oauth, tokenUrl: 'inbox:a' }, 'endpoint.auth.tokenUrl', /inbox/],
    [{ ...oauth, tokenUrl: 'https://u:planted@login.example/' }, 'endpoint.auth.tokenUrl', /user name/],
    [{ ...oauth, tokenUrl: `${tokenUrl}#x` }, 'endpoint.auth.tokenUrl', /fragment/],
    [{ ...oauth, scope: 'a  b' }, 'endpoint.auth.scope', /one space/],
    [{ ...oauth, clientSecret: undefined }, 'endpoint.auth.clientSecret', /missing/],
    [{ ...oauth, clientAuth: 'header' }, 'endpoint.auth.clientAuth', /basic, body/],
    [{ ...oauth, parameters: { grant_type: 'x' } }, 'endpoint.auth.parameters.grant_type', /set by Offhook/],
    [{ ...jwt, privateKey: 'planted' }, 'endpoint.auth.privateKey', /BEGIN PRIVATE KEY/],
    [{ ...jwt, privateKey: client.key }, 'endpoint.auth.privateKey', /RSA/],
    [{ ...jwt, privateKey: rsa(1024) }, 'endpoint.auth.privateKey', /2048/],
    [{ ...jwt, issuer: undefined }, 'endpoint.auth.issuer', /missing/],
    [{ ...mtls, certificate: 'planted' }, 'endpoint.auth.certificate', /BEGIN CERTIFICATE/],
    [{ ...mtls, certificate: client.cert.replace(/[A-Z]{3}/, 'AAA!') }, 'endpoint.auth.certificate', /./],
    [{ ...mtls, privateKey: other.key }, 'endpoint.auth.privateKey', /does not belong to the certificate/],
    [{ ...mtls, privateKey: locked }, 'endpoint.auth.privateKey', /passphrase/],
    [{ ...mtls, certificate: expired.cert, privateKey: expired.key }, 'endpoint.auth.certificate', /expired on/],
    [{ ...mtls, ca: 'planted' }, 'endpoint.auth.ca', /BEGIN CERTIFICATE/],
    [{ ...mtls, privateKey: undefined }, 'endpoint.auth.privateKey', /missing/],
  ];
  for (const [auth, field, words] of cases) {
    const answer = await post(auth);
    const { detail, remedy = '', ...problem } = answer.json();
    assert.deepEqual([answer.statusCode, problem.field], [400, field], answer.body);
    assert.match(`${detail} ${remedy}`, words);
    assert.doesNotMatch(answer.body, /planted|very-secret/);
  }
  const plain = await post(mtls, { url: 'http://crm.example/' });
  assert.deepEqual([plain.statusCode, plain.json().field], [400, 'endpoint.url']);
  const twice = await post(oauth, { headers: { Authorization: 'x' } });
  assert.deepEqual([twice.statusCode, twice.json().field], [400, 'endpoint.headers.Authorization']);
});

test('a certificate that expires soon, or has expired, is warned of', async () => {
  const soon = selfSigned([], [], 5 * day + 60_000);
  const id = await create({ ...mtls, certificate: soon.cert, privateKey: soon.key });
  const shown = (await world.ask({ url: `/v1/subscriptions/${id}` })).json();
  assert.deepEqual(
    shown.warnings.map(({ code, field }: { code: string; field: string }) => [code, field]),
    [['certificate_expires_soon', 'endpoint.auth.certificate']],
  );
  assert.match(shown.warnings[0].detail, /in 5 days/);
  const now = Date.now();
  const auth = storedAuth(id) as EndpointAuth;
  assert.equal(certificateWarnings(auth, now + 6 * day)[0]?.code, 'certificate_expired');
  assert.deepEqual(certificateWarnings(auth, now - 60 * day), []);
});

test('what has expired since it was given stands in the way of no other change, and is refused anew', async (t) => {
  let now = Date.now();
  const later = await createApiWorld({ deps: { clock: { ...systemClock, now: () => now } } });
  t.after(() => later.stop());
  const soon = selfSigned([], [], 5 * day);
  const auth = { ...mtls, certificate: soon.cert, privateKey: soon.key };
  const body = { name: 'n', dialect: 'cloudevents', endpoint: { url, auth } };
  const { id } = (await later.post('/v1/subscriptions', body)).json();
  now += 6 * day;
  const change = (payload: object) => later.ask({ method: 'PATCH', url: `/v1/subscriptions/${id}`, payload });
  const off = await change({ enabled: false });
  assert.equal(off.statusCode, 200, off.body);
  assert.equal(off.json().warnings[0].code, 'certificate_expired');
  assert.equal((await later.post('/v1/subscriptions', body)).json().field, 'endpoint.auth.certificate');
  const renewed = await change({ endpoint: { auth: { certificate: client.cert, privateKey: client.key } } });
  assert.deepEqual([renewed.statusCode, renewed.json().warnings], [200, []], renewed.body);
  const halfway = await change({ endpoint: { auth: { certificate: other.cert } } });
  assert.equal(halfway.json().field, 'endpoint.auth.privateKey', halfway.body);
});
