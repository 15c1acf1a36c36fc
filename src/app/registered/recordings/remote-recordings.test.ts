import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { RemoteRecording, RemoteSound, RemoteWanted } from '../../../calls/recording-files.ts';
import { createMemoryInbox } from '../../../delivery/inbox/memory-inbox.ts';
import { createAddressGuard } from '../../../delivery/sender/address-guard.ts';
import type { AnswerHead, BodyFlow, Sender } from '../../../delivery/sender/sender.ts';
import { createUndiciSender } from '../../../delivery/sender/undici-sender.ts';
import { systemClock } from '../../../kit/clock.ts';
import { silentLogger } from '../../../kit/logger.ts';
import { ManualClock } from '../../../kit/manual-clock.ts';
import { createRemoteRecordings, type RemoteRecordingsDeps } from './remote-recordings.ts';

const token = 'the-token-of-the-connector-4711';
const wanted = (one: Partial<RemoteWanted> = {}): RemoteWanted => ({
  ...{ recordingId: 'r', range: null, reader: 'somebody' },
  ...one,
});
const sound = Buffer.from('RIFF of a call that nobody made, long enough to be cut in two');
const wav = { 'content-type': 'audio/wav' };
const maxBytes = 100_000;

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = http.createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function recordingsAt(t: TestContext, base: string, more: Partial<RemoteRecordingsDeps> = {}) {
  const clock = more.clock ?? systemClock;
  // The storage of the others is on this machine, and nothing else there is to be reached.
  const guard = createAddressGuard({ allowNetworks: ['127.0.0.1/32'] });
  const sender = createUndiciSender({ clock, guard, inbox: createMemoryInbox({ clock }), maxResponseBytes: 10_000 });
  t.after(() => sender.close());
  return createRemoteRecordings({
    ...{ clock, sender, base, maxBytes, logger: silentLogger, id: 'office', domain: 'acme' },
    auth: { kind: 'bearer', token },
    pathOf: (id) => `/record/${encodeURIComponent(id)}`,
    ...more,
  });
}

/** One recording of a phone system that answers like this. */
async function fetched(t: TestContext, answer: RequestListener, range: string | null = null): Promise<RemoteRecording> {
  return recordingsAt(t, await serve(t, answer)).fetch(wanted({ recordingId: 'r 1', range }));
}

function soundOf(recording: RemoteRecording): RemoteSound {
  assert.equal(recording.kind, 'sound', JSON.stringify(recording));
  return recording;
}

const whyOf = (recording: RemoteRecording): readonly string[] =>
  'why' in recording ? [recording.kind, recording.why] : [recording.kind];

const sends = (status: number, headers: http.OutgoingHttpHeaders = {}, body: string | Buffer = '') =>
  ((_request: IncomingMessage, reply: ServerResponse) => reply.writeHead(status, headers).end(body)) as RequestListener;

test('the sound comes as it is, asked for with our credentials', async (t) => {
  let asked: IncomingMessage | null = null;
  const recording = soundOf(
    await fetched(t, (request, reply) => {
      asked = request;
      reply.writeHead(200, { ...wav, 'content-length': sound.length, 'accept-ranges': 'bytes' }).end(sound);
    }),
  );
  assert.ok((await buffer(recording.body)).equals(sound));
  const { url, headers } = asked as unknown as IncomingMessage;
  assert.deepEqual([url, headers.authorization, headers.range], ['/record/r%201', `Bearer ${token}`, undefined]);
  const { contentType, bytes, contentRange, inParts } = recording;
  assert.deepEqual([contentType, bytes, contentRange, inParts], ['audio/wav', sound.length, null, true]);
});

test('a part is asked for where a part is wanted, and nothing that is none is taken for one', async (t) => {
  const part: RequestListener = ({ headers }, reply) => {
    assert.equal(headers.range, 'bytes=5-8');
    reply.writeHead(206, { ...wav, 'content-range': `bytes 5-8/${sound.length}` }).end(sound.subarray(5, 9));
  };
  const recording = soundOf(await fetched(t, part, 'bytes=5-8'));
  assert.equal(recording.contentRange, `bytes 5-8/${sound.length}`);
  assert.equal(String(await buffer(recording.body)), String(sound.subarray(5, 9)));
  const beyond = await fetched(t, sends(416, { 'content-range': 'bytes */61' }), 'bytes=99-');
  assert.deepEqual(beyond, { kind: 'beyond', contentRange: 'bytes */61' });
  const unasked = await fetched(t, sends(206, { ...wav, 'content-range': 'bytes 0-1/9' }, 'ab'));
  assert.match(whyOf(unasked).join(), /^refused,.*part/);
  assert.match(whyOf(await fetched(t, sends(206, wav, 'ab'), 'bytes=0-1')).join(), /^refused,.*which/);
});

test('it is followed to its storage, which does not get our credentials', async (t) => {
  const seen: (string | undefined)[] = [];
  const storage = await serve(t, ({ headers, url }, reply) => {
    seen.push(headers.authorization, headers.range, url);
    reply.writeHead(200, { 'content-type': 'binary/octet-stream' }).end(sound);
  });
  const own: (string | undefined)[] = [];
  const recording = await fetched(
    t,
    ({ url, headers }, reply) => {
      own.push(headers.authorization);
      const location = url === '/here' ? `${storage}/bucket/r1?signature=s` : '/here';
      reply.writeHead(302, { location }).end();
    },
    'bytes=0-',
  );
  const { contentType, body } = soundOf(recording);
  assert.equal(contentType, 'application/octet-stream');
  assert.ok((await buffer(body)).equals(sound));
  assert.deepEqual(own, [`Bearer ${token}`, `Bearer ${token}`]);
  assert.deepEqual(seen, [undefined, 'bytes=0-', '/bucket/r1?signature=s']);
});

test('sent back by its storage, it is asked without our credentials: another chose what for', async (t) => {
  const own: (string | undefined)[] = [];
  let back = '';
  const storage = await serve(t, (_request, reply) => void reply.writeHead(302, { location: back }).end());
  const base = await serve(t, ({ url, headers }, reply) => {
    own.push(headers.authorization);
    if (url === '/chosen') reply.writeHead(200, wav).end(sound);
    else reply.writeHead(302, { location: storage }).end();
  });
  back = `${base}/chosen`;
  const { body } = soundOf(await recordingsAt(t, base).fetch(wanted()));
  body.destroy();
  assert.deepEqual(own, [`Bearer ${token}`, undefined]);
});

test('it is not followed to where nothing may be asked, nor without end', async (t) => {
  const places = [
    'http://127.0.0.2:80/',
    'http://[::1]/',
    'http://169.254.169.254/latest',
    'http://10.0.0.1/',
    'inbox:x',
  ];
  for (const location of [...places, 'file:///etc/passwd', 'http://u:p@127.0.0.1/', 'http://', '/again']) {
    const [kind, why = ''] = whyOf(await fetched(t, sends(302, { location })));
    assert.equal(kind, 'refused', location);
    assert.doesNotMatch(why, /\d\.\d|passwd|inbox/, 'what the address is, is not for whoever asks');
  }
});

test('what is no sound is not handed on, nor anything that it says', async (t) => {
  const echo: RequestListener = ({ headers }, reply) =>
    reply.writeHead(200, { 'content-type': 'text/html' }).end(`<script>${headers.authorization}</script>`);
  const page = await fetched(t, echo);
  assert.equal(page.kind, 'refused');
  assert.ok(!JSON.stringify(page).includes(token));
  const packed = await fetched(t, sends(200, { ...wav, 'content-encoding': 'gzip' }, gzipSync(sound)));
  assert.match(whyOf(packed).join(), /^refused,.*packed/);
  const odd = await fetched(t, sends(200, { 'content-type': 'audio/<script>' }, sound));
  assert.equal(odd.kind, 'refused');
  for (const status of [400, 401, 403, 418, 204, 302]) {
    const refused = await fetched(t, sends(status, {}, status === 204 ? '' : `it was ${token}`));
    assert.equal(refused.kind, 'refused', String(status));
    assert.ok(!JSON.stringify(refused).includes(token));
  }
});

test('what is not there is gone; what may come later says when', async (t) => {
  for (const status of [404, 410]) assert.deepEqual(await fetched(t, sends(status)), { kind: 'gone' });
  const busy = await fetched(t, sends(429, { 'retry-after': '7' }));
  assert.deepEqual([busy.kind, 'waitMs' in busy && busy.waitMs], ['unavailable', 7_000]);
  for (const status of [408, 500, 503]) assert.equal((await fetched(t, sends(status))).kind, 'unavailable');
  const nobody = await recordingsAt(t, 'http://127.0.0.1:1').fetch(wanted());
  assert.deepEqual(whyOf(nobody), ['unavailable', 'No answer came from it, or not in time.']);
});

test('a recording without end is broken off, and one that says it is too long not begun', async (t) => {
  const said = await fetched(t, sends(200, { ...wav, 'content-length': maxBytes + 1 }));
  assert.match(whyOf(said).join(), /^refused,.*longer/);
  const closed = Promise.withResolvers<void>();
  const endless = await fetched(t, (_request, reply) => {
    reply.writeHead(200, wav);
    const more = (): void => {
      while (reply.write(Buffer.alloc(10_000)));
    };
    reply.on('drain', more).on('close', () => closed.resolve());
    more();
  });
  await assert.rejects(buffer(soundOf(endless).body), /larger than 100000 bytes/);
  await closed.promise;
});

test('one that breaks off is not taken for whole', async (t) => {
  const cut = await fetched(t, (_request, reply) => {
    reply.writeHead(200, { ...wav, 'content-length': sound.length });
    reply.write(sound.subarray(0, 10), () => void setImmediate(() => reply.destroy()));
  });
  await assert.rejects(buffer(soundOf(cut).body), /broke off/);
});

test('who stops to listen closes the connection there', async (t) => {
  const closed = Promise.withResolvers<void>();
  const { body } = soundOf(
    await fetched(t, (_request, reply) => {
      reply.on('close', () => closed.resolve());
      reply.writeHead(200, wav).write(sound);
    }),
  );
  body.destroy();
  await closed.promise;
});

test('no more are fetched at a time than may be, and nobody has all of them', async (t) => {
  const recordings = recordingsAt(t, await serve(t, (_request, reply) => void reply.writeHead(200, wav).write(sound)));
  const fetchedBy = (reader: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => recordings.fetch(wanted({ reader }))));
  const all = await fetchedBy('first', 13);
  const kinds = (some: readonly RemoteRecording[]) => some.map(({ kind }) => kind);
  assert.deepEqual(kinds(all), [...Array.from({ length: 12 }, () => 'sound'), 'unavailable']);
  assert.deepEqual(kinds(await fetchedBy('other', 5)), [...Array.from({ length: 4 }, () => 'sound'), 'unavailable']);
  const { body } = soundOf(all[0] as RemoteRecording);
  body.destroy();
  await once(body, 'close');
  soundOf(await recordings.fetch(wanted()));
});

test('where no way is known nothing is asked', async (t) => {
  const base = 'http://127.0.0.1:1';
  assert.deepEqual(await recordingsAt(t, base, { pathOf: undefined }).fetch(wanted()), { kind: 'not_offered' });
  assert.deepEqual(await recordingsAt(t, base, { pathOf: () => null }).fetch(wanted({ recordingId: '..' })), {
    kind: 'gone',
  });
});

/** A phone system of which each step is up to the test. */
function stepwise() {
  const clock = new ManualClock();
  const said: string[] = [];
  let flow: BodyFlow | null = null;
  let resumed = 0;
  const head = (): AnswerHead => ({ status: 200, headers: wav, resume: () => void resumed++ });
  let begin = (): void => {};
  const sender: Sender = {
    send: (request, ended, signal) => {
      begin = () => void (flow = request.taker?.begin(head()) ?? null);
      signal?.addEventListener('abort', () => {
        said.push('stopped');
        queueMicrotask(() => ended({ kind: 'failed', failure: 'stopped', message: 'stopped', durationMs: 0 }));
      });
    },
    close: async () => {},
  };
  const recordings = createRemoteRecordings({
    ...{ clock, sender, base: 'http://pbx.example', maxBytes, logger: silentLogger, id: 'office', domain: 'acme' },
    ...{ auth: { kind: 'bearer', token }, pathOf: () => '/r' },
  });
  return {
    ...{ clock, said, recordings },
    begin: () => begin(),
    take: (bytes: number) => flow?.take(Buffer.alloc(bytes)),
    resumed: () => resumed,
  };
}

test('nothing more is asked of the phone system than is read here', async () => {
  const { recordings, begin, take, resumed, clock, said } = stepwise();
  const fetching = recordings.fetch(wanted());
  begin();
  const { body } = soundOf(await fetching);
  assert.equal(take(70_000), false, 'nobody reads');
  clock.advance(119_999);
  assert.deepEqual(said, [], 'who reads slowly is no fault of the phone system');
  body.read();
  assert.equal(resumed() > 0, true);
  body.destroy();
});

test('who reads no more is let go, and so is the phone system', async () => {
  const { recordings, begin, take, clock, said } = stepwise();
  const fetching = recordings.fetch(wanted());
  begin();
  const { body } = soundOf(await fetching);
  const broken = once(body, 'error');
  take(70_000);
  clock.advance(120_000);
  assert.match(String(await broken), /nobody read/);
  assert.deepEqual(said, ['stopped']);
});

test('a phone system that does not begin, or does not go on, is let go', async () => {
  const first = stepwise();
  const late = first.recordings.fetch(wanted());
  first.clock.advance(30_000);
  assert.equal((await late).kind, 'unavailable');
  assert.deepEqual(first.said, ['stopped']);

  const second = stepwise();
  const fetching = second.recordings.fetch(wanted());
  second.begin();
  const { body } = soundOf(await fetching);
  const read = buffer(body);
  second.clock.advance(29_999);
  second.take(10);
  second.clock.advance(29_999);
  assert.deepEqual(second.said, []);
  second.clock.advance(1);
  await assert.rejects(read, /no more of the recording came/);
  assert.deepEqual(second.said, ['stopped']);
});
