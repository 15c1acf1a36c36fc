/** A registrar over a phone system in memory, with a clock of its own; it can die at any step and be started again. */
import { createHash } from 'node:crypto';
import type { PlacedToken, TokenKeeper } from '../../src/connectors/registered/keeper.ts';
import type { RemoteExchange } from '../../src/connectors/registered/patience.ts';
import { createRegistrar } from '../../src/connectors/registered/registrar.ts';
import { findDialect } from '../../src/dialects/registry.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { ManualClock } from '../../src/kit/manual-clock.ts';
import { seededRandom } from '../../src/kit/random.ts';
import type { RemoteRequest, RemoteVendor } from '../../src/model/remote-registry.ts';
import type { Extension } from '../../src/model/tenants.ts';
import { createRemotePbx, type PbxAnswer, type RemotePbx } from './remote-pbx.ts';

const names = ['0003*101', '0003*102', '0003*500', '0003*700'] as const;

export function extension(number: string, facts: Partial<Extension> = {}): Extension {
  const times = { createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' };
  const usual = { type: 'phone', prefix: '0003', displayName: '', users: ['u'], dids: [], eventLimit: null } as const;
  return { id: Number(number), domain: 'acme', number, ...usual, ...times, ...facts };
}

export interface RegistrarWorld {
  readonly clock: ManualClock;
  readonly pbx: RemotePbx;
  readonly tokens: Map<string, PlacedToken>;
  /** Tokens that were ever made, in clear. */
  readonly made: Set<string>;
  readonly registrar: () => ReturnType<typeof createRegistrar>;
  extensions: readonly Extension[];
  /** Read when it is started. */
  urlBase: string;
  /** Likewise. */
  restores: number;
  /** Starts it, also after it died. */
  start(): Promise<void>;
  changed(): void;
  /** Lets it work, and time pass, until nothing is left to do. */
  settle(forMs?: number): Promise<void>;
  /** Events of a place, sorted; those of others marked. */
  shown(place: string): string[];
  /** Steps so far: each request, each thing made durable. */
  readonly steps: () => number;
  /** It dies at this step: `before` it is done, or `after`. Nothing it asks for is ever answered then. */
  dieAt(step: number | null, when: 'before' | 'after'): void;
}

const never = <T>(): Promise<T> => new Promise(() => {});

export function createRegistrarWorld(
  vendor: 'ringme' | 'voipnow' = 'ringme',
  options: { readonly agents?: readonly string[]; readonly answer?: boolean } = {},
): RegistrarWorld {
  const clock = new ManualClock();
  const pbx = createRemotePbx(vendor, names);
  const tokens = new Map<string, PlacedToken>();
  const hash = (token: string): string => createHash('sha256').update(token).digest('hex');
  let saved: string | null = null;
  let life = 0;
  let registrar: ReturnType<typeof createRegistrar>;
  let listener = (): void => {};
  let counted = 0;
  let made = 0;
  let death: { readonly step: number; readonly when: 'before' | 'after' } | null = null;

  /** One step of the life that began it; after its death nothing is done or answered. */
  const stepOf = (own: number) =>
    async function step<T>(act: () => T): Promise<T> {
      await Promise.resolve();
      if (own !== life) return never();
      counted++;
      const dies = death?.step === counted ? death.when : null;
      if (dies === 'before') {
        life++;
        return never();
      }
      const result = act();
      if (dies === 'after') {
        life++;
        return never();
      }
      return result;
    };

  const keeperOf = (step: ReturnType<typeof stepOf>): TokenKeeper => ({
    hash,
    wasMade: (token) => world.made.has(token),
    all: () => [...tokens.values()],
    make: (place, number, event) =>
      step(() => {
        const token = String(++made).padStart(32, 'k');
        world.made.add(token);
        const source = `source${made}`;
        const facts = { event, hash: hash(token), remoteId: null, createdAt: clock.now() };
        const kept = { source, place, extension: number, ...facts };
        tokens.set(source, kept);
        return { kept, token };
      }),
    store: (source, remoteId) =>
      step(() => void tokens.set(source, { ...(tokens.get(source) as PlacedToken), remoteId })),
    forget: (source) => step(() => void tokens.delete(source)),
  });

  const world: RegistrarWorld = {
    clock,
    pbx,
    tokens,
    made: new Set(),
    restores: 0,
    registrar: () => registrar,
    extensions: [],
    urlBase: 'https://hub.example/in/ringme/',
    steps: () => counted,
    dieAt: (step, when) => void (death = step === null ? null : { step, when }),
    changed: () => listener(),
    start: () => {
      const step = stepOf(++life);
      registrar = createRegistrar({
        ...{ id: 'office', kind: vendor, clock, logger: silentLogger, random: seededRandom(1), urlBase: world.urlBase },
        vendor: findDialect(vendor)?.remote as RemoteVendor,
        exchange: (request) => step(() => exchanged(pbx, request)),
        keeper: keeperOf(step),
        memory: { load: async () => saved, save: (text) => step(() => void (saved = text)) },
        extensions: () => world.extensions,
        onRecordsChanged: (told) => {
          listener = told;
          return () => void (listener = () => {});
        },
        system: 'https://pbx.example',
        answer: options.answer ?? true,
        agents: options.agents ?? [],
        restores: world.restores,
        recordings: { fetch: async () => ({ kind: 'not_offered' }) },
      });
      return registrar.start();
    },
    settle: async (forMs = 10 * 60_000) => {
      const end = clock.monotonic() + forMs;
      for (;;) {
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve));
        const due = clock.nextDue();
        if (due === null || due > end) return;
        clock.advance(due - clock.monotonic());
      }
    },
    shown: (place) => {
      const ours = new Set([...tokens.values()].map((token) => token.hash));
      return (pbx.events.get(place) ?? [])
        .map(({ event, url }) =>
          ours.has(hash(url.slice(-32))) && url.startsWith(world.urlBase) ? event : `${event} of others`,
        )
        .toSorted();
    },
  };
  return world;
}

function exchanged(pbx: RemotePbx, { method, path, json }: RemoteRequest): RemoteExchange {
  const answer = pbx.answer({ method, path, json });
  return answer === 'nothing'
    ? { kind: 'failed', message: 'no answer', trouble: 'unavailable', mayPass: true }
    : told(answer);
}

function told({ status, body, headers = {} }: PbxAnswer): RemoteExchange {
  const number = (name: string): number | null => (headers[name] === undefined ? null : Number(headers[name]));
  const ms = (seconds: number | null): number | null => seconds && seconds * 1_000;
  return {
    kind: 'answered',
    status,
    body: body === null ? '' : JSON.stringify(body),
    retryAfterMs: ms(number('retry-after')),
    left: number('x-ratelimit-remaining'),
    leftResetMs: ms(number('x-ratelimit-reset')),
  };
}
