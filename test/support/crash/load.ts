/**
 * Producers that report calls over HTTP while the server dies and comes back. Each has several calls under way at a
 * time, sends what happens in them in order, and repeats a batch until it is answered 202: what it then calls accepted
 * must arrive everywhere.
 */
import { setTimeout as wait } from 'node:timers/promises';

export interface AcceptedEvent {
  readonly id: string;
  readonly call: string;
  /** Place within its call, from 0. */
  readonly index: number;
  readonly seq: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  readonly producers: number;
  /** Calls of one producer under way at a time. */
  readonly calls: number;
  /** Pause between two batches of a producer, milliseconds. */
  readonly pauseMs: number;
  /** Ids begin with it. */
  readonly name: string;
}

export interface Load {
  readonly accepted: readonly AcceptedEvent[];
  /** Ends every call under way, and resolves when all is accepted. Rejects when anything but 202 came back. */
  finish(): Promise<void>;
}

const types = ['call.started', 'call.updated', 'call.answered', 'call.updated', 'call.ended'] as const;
const batchSize = 8;
const again = 25;
/** Between the server's death and its being back. */
const patienceMs = 60_000;

interface Draft {
  readonly event: { readonly id: string; readonly call: { readonly id: string } & Record<string, unknown> } & Record<
    string,
    unknown
  >;
  readonly index: number;
}

export function startLoad(options: LoadOptions): Load {
  const accepted: AcceptedEvent[] = [];
  const finishing = new AbortController();
  const producers = Array.from({ length: options.producers }, (_, number) =>
    produce(options, `${options.name}${number}`, accepted, finishing.signal),
  );
  const done = Promise.all(producers);
  // Looked at in `finish`; until then a failure waits.
  done.catch(() => {});
  return {
    accepted,
    finish: async () => {
      finishing.abort();
      await done;
    },
  };
}

async function produce(options: LoadOptions, name: string, accepted: AcceptedEvent[], finishing: AbortSignal) {
  const drafts = interleavedCalls(name, options.calls, finishing);
  for (let batch = take(drafts); batch.length > 0; batch = take(drafts)) {
    const seqs = await sendUntilAccepted(options, batch);
    for (const [place, { event, index }] of batch.entries()) {
      accepted.push({ id: event.id, call: event.call.id, index, seq: seqs[place] as number });
    }
    if (!finishing.aborted) await wait(options.pauseMs);
  }
}

function take(drafts: Iterator<Draft>): Draft[] {
  const batch: Draft[] = [];
  while (batch.length < batchSize) {
    const { value, done } = drafts.next();
    if (done) break;
    batch.push(value);
  }
  return batch;
}

/** What happens in `width` calls that begin one after the other; new ones as long as it is not to finish. */
function* interleavedCalls(name: string, width: number, finishing: AbortSignal): Generator<Draft> {
  const open: { readonly id: string; index: number }[] = [];
  let begun = 0;
  for (let turn = 0; ; turn++) {
    if (open.length < width && !finishing.aborted) open.push({ id: `${name}-${begun++}`, index: 0 });
    if (open.length === 0) return;
    const call = open[turn % open.length] as (typeof open)[number];
    yield draftOf(call.id, call.index++);
    if (call.index === types.length) open.splice(open.indexOf(call), 1);
  }
}

function draftOf(call: string, index: number): Draft {
  const id = `${call}-${index}`;
  // Said again after a crash it must be the same, so the time is not left to the server.
  const time = new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
  return { event: { id, type: types[index], time, call: { id: call, from: '+12025550100', to: '101' } }, index };
}

async function sendUntilAccepted(options: LoadOptions, batch: readonly Draft[]): Promise<number[]> {
  const deadline = performance.now() + patienceMs;
  const body = JSON.stringify(batch.map(({ event }) => event));
  for (;;) {
    const seqs = await send(options, body);
    if (seqs) return seqs;
    if (performance.now() > deadline) throw new Error('events were not accepted in time');
    await wait(again);
  }
}

/** Null: nobody answered, or the server can't take them now. */
async function send({ url, token }: LoadOptions, body: string): Promise<number[] | null> {
  let answer: Response;
  let text: string;
  try {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    answer = await fetch(`${url}/v1/events`, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
    text = await answer.text();
  } catch {
    return null;
  }
  if (answer.status === 503 || answer.status === 429) return null;
  if (answer.status !== 202) throw new Error(`events were answered ${answer.status}: ${text}`);
  const { accepted } = JSON.parse(text) as { accepted: { seq: number }[] };
  return accepted.map(({ seq }) => seq);
}
