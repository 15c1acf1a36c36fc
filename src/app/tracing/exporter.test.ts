import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { Exporter } from './exporter.ts';
import type { Span } from './span.ts';

const span = (name: string): Span => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentId: null,
  name,
  kind: 'client',
  startedAt: 1_700_000_000_000.25,
  endedAt: 1_700_000_000_001,
  attributes: { text: 'x', whole: 3, share: 0.5, flag: true, nothing: null },
  error: name === 'bad' ? 'failed' : null,
});

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly spans: readonly Record<string, unknown>[];
}

/** @param answer status of each answer; null: there is none */
function exporter(answer: () => number | null) {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const told: string[] = [];
  const logger = {
    ...silentLogger,
    info: (_fields: object, message: string) => void told.push(message),
    warn: (fields: object, message: string) => void told.push(`${message} ${JSON.stringify(fields)}`),
  };
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const body = JSON.parse(init.body as string);
    sent.push({
      url: String(url),
      headers: init.headers as Record<string, string>,
      spans: body.resourceSpans[0].scopeSpans[0].spans,
    });
    const status = answer();
    if (status === null) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    return new Response(null, { status });
  };
  const made = new Exporter({
    clock,
    logger,
    fetch,
    url: 'http://collector.test:4318/planted/v1/traces',
    headers: { authorization: 'planted-token' },
    resource: { 'service.name': 'offhook' },
  });
  return { made, clock, sent, told };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
};

test('spans go out together, as OTLP wants them', async () => {
  const { made, clock, sent } = exporter(() => 200);
  made.put(span('good'));
  made.put(span('bad'));
  assert.equal(sent.length, 0);
  clock.advance(2_000);
  await settle();
  assert.equal(sent.length, 1);
  assert.equal(sent[0]?.headers['authorization'], 'planted-token');
  const [good, bad] = sent[0]?.spans ?? [];
  assert.deepEqual(good, {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'good',
    kind: 3,
    startTimeUnixNano: '1700000000000250000',
    endTimeUnixNano: '1700000000001000000',
    attributes: [
      { key: 'text', value: { stringValue: 'x' } },
      { key: 'whole', value: { intValue: '3' } },
      { key: 'share', value: { doubleValue: 0.5 } },
      { key: 'flag', value: { boolValue: true } },
    ],
    status: {},
  });
  assert.deepEqual(bad?.['status'], { code: 2, message: 'failed' });
});

test('a full batch goes at once, and the rest after it', async () => {
  const { made, clock, sent } = exporter(() => 200);
  for (let count = 0; count < 600; count++) made.put(span(`s${count}`));
  await settle();
  assert.equal(sent.length, 1);
  clock.advance(0);
  await settle();
  assert.deepEqual(
    sent.map(({ spans }) => spans.length),
    [512, 88],
  );
});

test('an outage is told once without path or headers, what came before it is sent after it, and no more than fits is kept', async () => {
  let status: number | null = null;
  const { made, clock, sent, told } = exporter(() => status);
  for (let count = 0; count < 3_000; count++) made.put(span(`s${count}`));
  for (let tries = 0; tries < 3; tries++) {
    await settle();
    clock.advance(5_000);
  }
  await settle();
  assert.equal(told.length, 1);
  assert.match(told[0] as string, /http:\/\/collector\.test:4318.*ECONNREFUSED/);
  assert.ok(!(told[0] as string).includes('planted'));
  assert.equal(made.dropped, 3_000 - 2_048);
  status = 200;
  sent.length = 0;
  for (let tries = 0; tries < 6; tries++) {
    clock.advance(5_000);
    await settle();
  }
  assert.equal(
    sent.reduce((sum, { spans }) => sum + spans.length, 0),
    2_048,
  );
  assert.equal(sent[0]?.spans[0]?.['name'], 's0');
  assert.equal(told.length, 2);
});

test('what is refused for good is dropped; at the end what is left goes out', async () => {
  let status = 400;
  const { made, clock, sent } = exporter(() => status);
  made.put(span('refused'));
  clock.advance(2_000);
  await settle();
  assert.equal(made.dropped, 1);
  status = 200;
  made.put(span('last'));
  await made.close();
  assert.equal(sent.at(-1)?.spans[0]?.['name'], 'last');
  made.put(span('late'));
  assert.equal(made.dropped, 2);
});
