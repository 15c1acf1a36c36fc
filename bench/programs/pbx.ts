/**
 * A PBX that is busy: a manager interface which plays recorded calls at a steady rate. The same process can post what
 * Offhook makes of those calls straight to the receiver, at the same moments: what Offhook's way is compared with.
 */
import { createTracker } from '../../src/calls/tracker/index.ts';
import { EventReader } from '../../src/connectors/asterisk/normaliser/reader.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { companyRules, packetsOf } from '../../test/support/ami-replay.ts';
import { type PlayedPbx, startPlayedPbx } from '../../test/support/asterisk-pbx.ts';
import { playCalls } from '../../test/support/captured/play-calls.ts';
import { greeting, twoPartyCalls } from '../support/captures.ts';
import { until } from '../support/pace.ts';
import { headersOf, Poster } from '../support/poster.ts';
import { serve, sharedNow } from '../support/serve.ts';

export interface CallPlan {
  readonly callsPerSecond: number;
  readonly seconds: number;
  /** Types of events that the receiver wants. */
  readonly types: readonly string[];
  /** Told apart from the calls of other runs by it. */
  readonly firstSerial: number;
}

/** Enough to prepare what is played. */
const leadMs = 1_500;

interface Saying {
  /** On the shared clock. */
  readonly dueAt: number;
  readonly text: string;
  /** What Offhook makes of it: its ids hang on nothing but what the PBX says. */
  readonly events: readonly NewEvent[];
}

let pbx: PlayedPbx | null = null;

function prepare({ callsPerSecond: perSecond, seconds, types, firstSerial }: CallPlan): Saying[] {
  const startedAt = Date.now() + leadMs;
  const sharedStart = sharedNow() + leadMs;
  const count = perSecond * seconds;
  const reader = new EventReader();
  const tracker = createTracker(companyRules);
  const wanted = new Set(types);
  return [...playCalls(twoPartyCalls(), { perSecond, count, startedAt, firstSerial })].map(({ at, text }) => {
    const signals = packetsOf(Buffer.from(greeting + text)).flatMap((packet) => reader.read(packet, at));
    const events = signals.flatMap((signal) => tracker.apply(signal)).filter(({ type }) => wanted.has(type));
    return { dueAt: sharedStart + at - startedAt, text, events };
  });
}

/** Says everything at its time; what is due together is said together. @returns when each event was caused, by its id */
async function perform(
  sayings: readonly Saying[],
  say: (due: readonly Saying[]) => void,
): Promise<Map<string, number>> {
  const causedAt = new Map<string, number>();
  for (let next = 0; next < sayings.length; ) {
    await until((sayings[next] as Saying).dueAt);
    const now = sharedNow();
    const due: Saying[] = [];
    for (let saying = sayings[next]; saying !== undefined && saying.dueAt <= now; saying = sayings[++next])
      due.push(saying);
    for (const { events } of due) for (const { id } of events) causedAt.set(id, now);
    say(due);
  }
  return causedAt;
}

const methods = {
  /** @returns the port of its manager interface */
  listen: async (): Promise<number> => {
    pbx = await startPlayedPbx();
    return pbx.manager.port;
  },
  /** Tells Offhook, which has logged in. */
  tell: (plan: CallPlan) => {
    const sockets = pbx?.manager.sockets ?? new Set();
    if (sockets.size !== 1) throw new Error(`${sockets.size} are logged in`);
    return perform(prepare(plan), (due) => {
      const text = due.map((saying) => saying.text).join('');
      for (const socket of sockets) socket.write(text);
    });
  },
  /** Posts the events of as many other calls to the receiver. */
  post: async ({
    plan,
    url,
    concurrency,
  }: {
    readonly plan: CallPlan;
    readonly url: string;
    readonly concurrency: number;
  }) => {
    const poster = new Poster({ url, concurrency });
    const pending: Promise<unknown>[] = [];
    const causedAt = await perform(prepare(plan), (due) => {
      for (const event of due.flatMap(({ events }) => events)) {
        const body = Buffer.from(JSON.stringify(event));
        pending.push(poster.post(body, { ...headersOf('none'), 'x-bench': event.id }));
      }
    });
    await Promise.all(pending);
    await poster.close();
    return causedAt;
  },
};

export type PbxMethods = typeof methods;
serve(methods);
