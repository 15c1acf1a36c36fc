/** The load of a benchmark, in a process of its own: prepared bodies as fast as they are taken, or events at a fixed rate. */
import type { NewEvent } from '../../src/model/event.ts';
import { callEvents } from '../support/events.ts';
import { until, wait } from '../support/pace.ts';
import { reportBody } from '../support/report-body.ts';
import { type Destination, headersOf, Poster } from '../support/poster.ts';
import { serve, sharedNow, spentOn } from '../support/serve.ts';

export interface BatchPlan {
  readonly events: number;
  readonly batchSize: number;
  /** Calls go round so many domains, `domain-0` and so on. */
  readonly domains: number;
}

export interface PacedPlan extends Destination {
  readonly perSecond: number;
  readonly seconds: number;
  /** One event a request; calls go round these extensions of `domain-0`. */
  readonly extensions: readonly string[];
  /** Told apart from the events of other runs by it. */
  readonly run: string;
  /** Calls that go on side by side, `usualCalls` unless given: how many receivers have something to do at a time. */
  readonly calls?: number;
}

const usualCalls = 1_000;
const retryMs = 100;
let bodies: Buffer[] = [];
/** Kept from one run to the next: a warm-up opens the connections that count later. */
let pacer: { readonly url: string; readonly poster: Poster } | null = null;

/** As a sender writes it: the connector is the server's to say. */
function inputOf({ connector: _connector, ...event }: NewEvent): Omit<NewEvent, 'connector'> {
  return event;
}

function* batchBodies({ events, batchSize, domains }: BatchPlan): Generator<Buffer> {
  let batch: unknown[] = [];
  for (const event of callEvents(events, usualCalls, (call) => `domain-${call % domains}`)) {
    batch.push(inputOf(event));
    if (batch.length < batchSize) continue;
    yield Buffer.from(JSON.stringify(batch));
    batch = [];
  }
  if (batch.length > 0) yield Buffer.from(JSON.stringify(batch));
}

/** Three posts for each call, many calls side by side: it rings, is answered, ends. */
function* reportBodies(posts: number): Generator<Buffer> {
  for (let index = 0; index < posts; index++) yield Buffer.from(reportBody(index));
}

/** Sends all of them; what is refused for load is sent again. @returns how often that was */
async function postAll(destination: Destination, source: Iterator<Buffer>): Promise<number> {
  const poster = new Poster(destination);
  const headers = headersOf(destination.token, destination.contentType);
  let refused = 0;
  const postOne = async (body: Buffer): Promise<void> => {
    for (;;) {
      const status = await poster.post(body, headers);
      if (status < 300) return;
      if (status !== 429 && status !== 503) throw new Error(`a batch was answered ${status}`);
      refused++;
      await wait(retryMs);
    }
  };
  const worker = async (): Promise<void> => {
    for (let next = source.next(); !next.done; next = source.next()) await postOne(next.value);
  };
  await Promise.all(Array.from({ length: destination.concurrency }, worker));
  await poster.close();
  return refused;
}

async function posterOf(plan: PacedPlan): Promise<Poster> {
  if (pacer?.url !== plan.url) {
    await pacer?.poster.close();
    pacer = { url: plan.url, poster: new Poster(plan) };
  }
  return pacer.poster;
}

export interface PacedRun {
  /** When each event's request was sent, on the shared clock, by the event's id. */
  readonly sentAt: ReadonlyMap<string, number>;
  /** How long each answer took, milliseconds. */
  readonly answeredIn: readonly number[];
}

/** Keeps to the rate whatever comes back, so that a slow answer does not hide the next one's wait. */
async function paced(plan: PacedPlan): Promise<PacedRun> {
  const { perSecond, seconds, extensions, run, calls = usualCalls } = plan;
  const events = [...callEvents(perSecond * seconds, calls, () => 'domain-0')].map((event, index) => {
    const extension = extensions[(index % calls) % extensions.length] as string;
    const id = `${run}-${index}`;
    const call = event.call ? { ...event.call, id: `${run}-${event.call.id}` } : null;
    return {
      id,
      body: Buffer.from(JSON.stringify({ ...inputOf(event), id, call, extension, extensions: [extension] })),
    };
  });
  const poster = await posterOf(plan);
  const headers = headersOf(plan.token);
  const sentAt = new Map<string, number>();
  const answeredIn: number[] = [];
  const failures: string[] = [];
  const pending: Promise<void>[] = [];
  const started = sharedNow();
  for (const [index, { id, body }] of events.entries()) {
    await until(started + (index * 1_000) / perSecond);
    const at = sharedNow();
    sentAt.set(id, at);
    const answered = (status: number): void => {
      answeredIn.push(sharedNow() - at);
      if (status >= 300) failures.push(`status ${status}`);
    };
    const posted = poster.post(body, { ...headers, 'x-bench': id });
    pending.push(posted.then(answered, (error: unknown) => void failures.push(String(error))));
  }
  await Promise.all(pending);
  if (failures.length > 0) throw new Error(`${failures.length} events were not taken: ${failures[0]}`);
  return { sentAt, answeredIn };
}

const methods = {
  /** Makes the bodies of `post` beforehand, so that making them is not measured. */
  prepare: (plan: BatchPlan) => {
    bodies = [...batchBodies(plan)];
  },
  prepareReports: ({ posts }: { readonly posts: number }) => {
    bodies = [...reportBodies(posts)];
  },
  /** Sends the first `share` of what was prepared and is left. */
  post: async ({ to, share }: { readonly to: Destination; readonly share: number }) => {
    const batches = bodies.splice(0, Math.ceil(bodies.length * share));
    let refused = 0;
    const spent = await spentOn(async () => {
      refused = await postAll(to, batches.values());
    });
    return { ...spent, refused, batches: batches.length };
  },
  /** Sends events that are made as they go, however many. */
  fill: async ({ to, plan }: { readonly to: Destination; readonly plan: BatchPlan }) => {
    const refused = await postAll(to, batchBodies(plan));
    return { refused };
  },
  paced,
};

export type GeneratorMethods = typeof methods;
serve(methods);
