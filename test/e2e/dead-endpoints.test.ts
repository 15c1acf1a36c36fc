/** One receiver of twenty is dead: they hang, refuse connections, or answer 500. The others notice nothing. */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type TestApp, withApp } from '../support/app.ts';

const endpoints = 500;
const deadEvery = 20;
const eventsOfEach = 5;
/** Long enough that whatever waited for a receiver that hangs would be seen to. */
const timeoutMs = 15_000;
const local = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' };
const waysToDie = ['hangs', 'refuses', 'fails'] as const;

interface Endpoint {
  readonly extension: string;
  readonly host: string;
  readonly dead: (typeof waysToDie)[number] | null;
}

const all: readonly Endpoint[] = Array.from({ length: endpoints }, (_, index) => ({
  extension: String(10_000 + index),
  host: `127.2.${Math.floor(index / 250)}.${1 + (index % 250)}`,
  dead: index % deadEvery === 0 ? (waysToDie[(index / deadEvery) % waysToDie.length] ?? null) : null,
}));
const healthy = all.filter(({ dead }) => dead === null);
const dead = all.filter((one) => one.dead !== null);

/** All receivers in one: each is a host. Told apart by what is to become of a request. */
class Receivers {
  readonly #taken = new Map<string, string[]>();
  readonly #ways = new Map(all.map(({ host, dead: way }) => [host, way]));
  readonly #hanging = new Set<http.ServerResponse>();
  #looks: (() => void)[] = [];
  healed = false;

  readonly handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const host = (request.headers.host ?? '').replace(/:.*/, '');
    const way = this.healed ? null : this.#ways.get(host);
    request.resume().on('end', () => {
      if (way === 'hangs') return this.#hang(response);
      if (way === 'refuses') return void response.destroy();
      if (way === 'fails') return void response.writeHead(500).end();
      const taken = this.#taken.get(host) ?? [];
      taken.push(String(request.headers['x-offhook-event']));
      this.#taken.set(host, taken);
      response.writeHead(204).end();
      for (const look of this.#looks) look();
    });
  };

  /** Requests that nobody answers, and that were not given up yet. */
  get hanging(): number {
    return this.#hanging.size;
  }

  of({ host }: Endpoint): readonly string[] {
    return this.#taken.get(host) ?? [];
  }

  /** Resolves when each of these has so many. */
  async have(who: readonly Endpoint[], count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      let next = 0;
      const look = (): void => {
        while (next < who.length && this.of(who[next] as Endpoint).length >= count) next++;
        if (next === who.length) resolve();
      };
      this.#looks.push(look);
      look();
    });
    this.#looks = [];
  }

  #hang(response: http.ServerResponse): void {
    this.#hanging.add(response);
    response.once('close', () => this.#hanging.delete(response));
  }
}

async function post(app: TestApp, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await app.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, text);
}

async function subscribe(app: TestApp, port: number): Promise<void> {
  const one = ({ host, extension }: Endpoint): Promise<void> =>
    post(app, '/v1/subscriptions', {
      name: extension,
      scope: { domain: 'acme', extension },
      dialect: 'cloudevents',
      endpoint: { url: `http://${host}:${port}/hook`, timeoutMs },
      retry: { maxAttempts: 100, delays: ['1s'] },
    });
  for (let from = 0; from < endpoints; from += 50) await Promise.all(all.slice(from, from + 50).map(one));
}

/** So many events for every endpoint, in turn. */
async function send(app: TestApp, run: string): Promise<void> {
  for (let number = 0; number < eventsOfEach; number++) {
    const events = all.map(({ extension }) => ({
      id: `${extension}-${run}${number}`,
      type: 'call.started',
      domain: 'acme',
      extension,
      call: { id: `${extension}-${run}${number}` },
    }));
    for (let from = 0; from < endpoints; from += 250) await post(app, '/v1/events', events.slice(from, from + 250));
  }
}

async function open(app: TestApp): Promise<number> {
  const text = await (await app.fetch('/metrics')).text();
  return Number(/^offhook_endpoints\{breaker="open"\} (\d+)$/m.exec(text)?.[1]);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const idsOf = ({ extension }: Endpoint, runs: readonly string[]): string[] =>
  runs.flatMap((run) => Array.from({ length: eventsOfEach }, (_, number) => `${extension}-${run}${number}`)).sort();

test('500 endpoints of which 25 are dead', { timeout: 120_000 }, async () => {
  const receivers = new Receivers();
  const server = http.createServer({ keepAliveTimeout: 60_000 }, receivers.handle);
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '0.0.0.0', backlog: 2_048 }, resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await withApp(async (app) => {
      await subscribe(app, port);
      await send(app, 'first');
      await receivers.have(healthy, eventsOfEach);
      const hang = dead.filter((one) => one.dead === 'hangs').length;
      assert.equal(receivers.hanging, hang * eventsOfEach, 'the healthy have theirs while the dead still hang');

      await until(async () => (await open(app)) === dead.length);
      await send(app, 'second');
      await receivers.have(healthy, 2 * eventsOfEach);
      assert.equal(await open(app), dead.length, '/metrics says how many are broken');
      assert.equal(
        (await app.fetch('/readyz')).status,
        200,
        'receivers are no reason to take the server out of service',
      );

      receivers.healed = true;
      await receivers.have(all, 2 * eventsOfEach);
      for (const one of all) {
        // What hung may have been taken as well as given up: never the other way round.
        assert.deepEqual([...new Set(receivers.of(one))].sort(), idsOf(one, ['first', 'second']));
        if (one.dead === null) assert.equal(receivers.of(one).length, 2 * eventsOfEach);
      }
      await until(async () => (await open(app)) === 0);
    }, local);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
