import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../kit/manual-clock.ts';
import { seededRandom } from '../../kit/random.ts';
import type { ClientCredentials } from '../../subscriptions/subscription.ts';
import type { Ended, Sender } from '../sender/sender.ts';
import { TokenSource, type TokenResult } from './token-source.ts';

const authOf = (clientId: string): ClientCredentials => ({
  kind: 'oauth2-client-credentials',
  tokenUrl: 'https://login.example/token',
  clientId,
  clientSecret: 's',
  clientAuth: 'body',
  scope: null,
  audience: null,
  parameters: {},
});

/** Whoever asks is in `asked`, until the test answers. */
function setUp(maxTokens: number) {
  const clock = new ManualClock();
  const asked: { readonly who: string; readonly ended: Ended }[] = [];
  const sender: Sender = {
    send: ({ body }, ended) => asked.push({ who: new URLSearchParams(String(body)).get('client_id') ?? '', ended }),
    close: () => Promise.resolve(),
  };
  const source = new TokenSource({ clock, random: seededRandom(1), sender, maxTokens });
  const answer = (status: number, lifetime = 3_600): void => {
    for (const { who, ended } of asked.splice(0)) {
      const excerpt = JSON.stringify({ access_token: `of-${who}`, expires_in: lifetime });
      ended({ kind: 'answered', status, excerpt, retryAfterMs: null, durationMs: 1 });
    }
  };
  const get = (auth: ClientCredentials): { now: TokenResult | null } => {
    const told: { now: TokenResult | null } = { now: null };
    source.get(auth, 'acme', (result) => (told.now = result));
    return told;
  };
  return { clock, asked, source, answer, get };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const tokenIn = ({ now }: { now: TokenResult | null }): string | null => (now && 'token' in now ? now.token : null);

test('what is remembered is bounded, and who waits for one that was let go of has it all the same', async () => {
  const w = setUp(10);
  const first = w.get(authOf('first'));
  const others = Array.from({ length: 30 }, (_, index) => w.get(authOf(`c${index}`)));
  await turn();
  assert.equal(w.asked.length, 31);
  w.answer(200);
  assert.equal(tokenIn(first), 'of-first');
  assert.deepEqual(
    others.map(tokenIn),
    others.map((_, index) => `of-c${index}`),
  );
  // The last are known at once; the first has to be asked for again.
  assert.equal(tokenIn(w.get(authOf('c29'))), 'of-c29');
  assert.equal(w.get(authOf('first')).now, null);
});

test('many that were got at once are not renewed at once', async () => {
  const w = setUp(1_000);
  const auths = Array.from({ length: 100 }, (_, index) => authOf(`c${index}`));
  for (const auth of auths) w.get(auth);
  await turn();
  w.answer(200);
  const renewals: number[] = [];
  for (let second = 0; second < 3_300; second += 10) {
    w.clock.advance(10_000);
    for (const auth of auths) assert.notEqual(w.get(auth).now, null);
    await turn();
    if (w.asked.length > 0) renewals.push(w.asked.length);
    w.answer(200);
  }
  assert.equal(
    renewals.reduce((sum, count) => sum + count, 0),
    100,
  );
  assert.ok(Math.max(...renewals) <= 10, renewals.join(' '));
});

test('each failure in a row is followed by a longer rest, up to a minute', async () => {
  const w = setUp(10);
  const auth = authOf('a');
  const rests: number[] = [];
  for (let failure = 0; failure < 9; failure++) {
    w.get(auth);
    await turn();
    w.answer(500);
    let rested = 0;
    while (w.asked.length === 0) {
      assert.ok(rested === 0 || rested < 80_000);
      w.clock.advance(200);
      rested += 200;
      w.get(auth);
      await turn();
    }
    rests.push(rested);
    w.answer(500);
    w.clock.advance(80_000);
  }
  assert.ok((rests[0] as number) <= 1_400 && (rests[0] as number) >= 800, rests.join(' '));
  assert.ok((rests.at(-1) as number) >= 48_000 && (rests.at(-1) as number) <= 72_200, rests.join(' '));
});

test('a token of no time serves those who wait for it, and nobody after', async () => {
  const w = setUp(10);
  const waiting = [w.get(authOf('a')), w.get(authOf('a'))];
  await turn();
  w.answer(200, 0);
  assert.deepEqual(waiting.map(tokenIn), ['of-a', 'of-a']);
  assert.equal(w.get(authOf('a')).now, null);
});

test('answers of token endpoints are counted by what came of them', async () => {
  const w = setUp(10);
  for (const [who, status] of [
    ['good', 200],
    ['refused', 401],
    ['down', 503],
  ] as const) {
    w.get(authOf(who));
    await turn();
    w.answer(status);
  }
  assert.deepEqual(w.source.counts, { got: 1, refused: 1, failed: 1 });
});
