/** Where recordings of one name lie on several phone systems, or nowhere. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { connectorState } from '../../../test/support/connector-state.ts';
import type { RecordingFiles, RemoteRecording, RemoteWanted } from '../../calls/recording-files.ts';

const filesWith = (sound: string | null): RecordingFiles => ({
  open: async () =>
    sound === null
      ? null
      : {
          ...{ name: 'r.wav', bytes: sound.length, contentType: 'audio/wav' },
          read: () => Readable.from([sound]),
          close: async () => {},
        },
});
const soundOf = (text: string): RemoteRecording => ({
  ...{ kind: 'sound', contentType: 'audio/wav', bytes: text.length, contentRange: null, inParts: false },
  body: Readable.from([text]),
});

/** Each phone system tells of its calls with a token of its own. */
async function open(t: TestContext) {
  const folders = new Map<string, RecordingFiles>();
  const remotes = new Map<string, () => RemoteRecording>();
  const asked: RemoteWanted[] = [];
  const world = await createApiWorld({
    deps: {
      connectors: () => [...folders.keys(), ...remotes.keys()].map(connectorState),
      recordings: (connector) => folders.get(connector) ?? null,
      remoteRecordings: (connector) => {
        const answer = remotes.get(connector);
        return answer ? { fetch: async (wanted) => (asked.push(wanted), answer()) } : null;
      },
    },
  });
  t.after(() => world.stop());
  const made = await world.post('/v1/domains', { name: 'acme' });
  assert.equal(made.statusCode, 201);

  async function teller(domain = 'acme') {
    const answer = await world.post('/v1/tokens', { name: 'pbx', kind: 'domain', domain });
    const { id, token } = answer.json<{ id: string; token: string }>();
    return { connector: `api:${id}`, headers: { authorization: `Bearer ${token}` } };
  }
  async function told(call: string, { headers }: { readonly headers: Record<string, string> }, second = 0) {
    const startedAt = new Date(Date.now() + 1_000 * second).toISOString();
    const event = { type: 'call.closed', extension: '101', call: { id: call, startedAt, recordings: [{ id: 'r' }] } };
    assert.equal((await world.post('/v1/events', event, headers)).statusCode, 202);
  }
  const get = (call?: string) => world.ask({ url: `/v1/recordings/r${call === undefined ? '' : `?call=${call}`}` });
  return { world, folders, remotes, asked, teller, told, get };
}

test('however many calls somebody tells of with its name, a recording is not hidden', async (t) => {
  const { world, folders, teller, told, get } = await open(t);
  const pbx = await teller();
  folders.set(pbx.connector, filesWith('true'));
  await told('c1', pbx);
  await world.post('/v1/domains', { name: 'other' });
  const liar = await teller('other');
  const event = (nth: number) => ({
    ...{ type: 'call.closed', extension: '201' },
    call: { id: `l${nth}`, startedAt: new Date(Date.now() + 60_000).toISOString(), recordings: [{ id: 'r' }] },
  });
  for (let nth = 0; nth < 1_200; nth += 100) {
    const some = Array.from({ length: 100 }, (_, index) => event(nth + index));
    assert.equal((await world.post('/v1/events', some, liar.headers)).statusCode, 202);
  }
  for (const answer of [await get(), await get('c1')])
    assert.deepEqual([answer.statusCode, answer.body], [200, 'true']);
  assert.equal((await get('l7')).statusCode, 404, 'nobody’s call has no sound');
});

test('of two phone systems with a recording of one name, the call says which is meant', async (t) => {
  const { folders, remotes, asked, teller, told, get } = await open(t);
  const [here, there] = [await teller(), await teller()];
  folders.set(here.connector, filesWith('here'));
  remotes.set(there.connector, () => soundOf('there'));
  await told('c1', here);
  await told('c2', there, 10);
  assert.equal((await get('c1')).body, 'here');
  assert.equal((await get('c2')).body, 'there');
  assert.equal((await get()).body, 'here', 'what lies here comes first');
  assert.deepEqual(
    asked.map(({ recordingId, reader }) => [recordingId, reader]),
    [['r', 'administrator']],
  );
  const no = await get('c3');
  assert.deepEqual([no.statusCode, no.json<{ detail?: string }>().detail], [404, undefined], 'nobody’s call');
});

test('one that has the file no more does not hide it at the next', async (t) => {
  const { folders, remotes, teller, told, get } = await open(t);
  const tellers = [await teller(), await teller(), await teller()];
  for (const [index, one] of tellers.entries()) await told(`c${index}`, one, index);
  const [first, second, third] = tellers.map(({ connector }) => connector);
  folders.set(first ?? '', filesWith(null));
  remotes.set(second ?? '', () => soundOf('there'));
  remotes.set(third ?? '', () => ({ kind: 'gone' }));
  assert.equal((await get()).body, 'there');
  assert.equal((await get('c0')).statusCode, 404);
});

test('what a phone system answers in place of a recording is told as what it is', async (t) => {
  const { remotes, teller, told, get } = await open(t);
  const pbx = await teller();
  await told('c1', pbx);
  const answers: readonly [RemoteRecording, number, string][] = [
    [{ kind: 'not_offered' }, 404, 'recording_not_offered'],
    [{ kind: 'gone' }, 404, 'recording_not_found'],
    [{ kind: 'refused', why: 'It won’t.' }, 502, 'recording_refused'],
    [{ kind: 'unavailable', why: 'Not now.', waitMs: 2_500 }, 503, 'recording_unavailable'],
    [{ kind: 'unavailable', why: 'Not now.', waitMs: null }, 503, 'recording_unavailable'],
  ];
  const waits: unknown[] = [];
  for (const [answer, status, code] of answers) {
    remotes.set(pbx.connector, () => answer);
    const got = await get();
    assert.deepEqual([got.statusCode, got.json<{ code: string }>().code], [status, code]);
    waits.push(got.headers['retry-after']);
  }
  assert.deepEqual(waits, [undefined, undefined, undefined, '3', '30']);
  remotes.set(pbx.connector, () => ({ kind: 'beyond', contentRange: 'bytes */9' }));
  const beyond = await get();
  assert.deepEqual([beyond.statusCode, beyond.headers['content-range']], [416, 'bytes */9']);
});
