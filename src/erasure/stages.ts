/** What an erasure does, a bounded piece at a time: a stage says where the next piece begins, or that it has ended. */
import { hasRun } from '../model/erasure/erase-runs.ts';
import { delay } from '../kit/clock.ts';
import type { ErasedRecords, ErasureStage } from '../records/erasure-store.ts';
import { accessOf, type ErasureDeps } from './deps.ts';
import type { Erasure } from './erasure.ts';

/** @returns where the next piece begins; null: the stage has ended */
type Piece = (deps: ErasureDeps, erasure: Erasure, signal: AbortSignal) => Promise<number | null>;

/** Texts of calls in progress looked at before others have their turn: some milliseconds. */
const textsAtOnce = 200;

async function eraseEvents(deps: ErasureDeps, erasure: Erasure, from: number, upTo: number): Promise<number> {
  const { number, order, progress } = erasure;
  const after = Math.max(from, progress.cursor);
  const page = await deps.log.erase({ number, scope: order.scope, after, upTo });
  erasure.count('events', page.found.length);
  erasure.count('kept', page.kept);
  if (page.found.length > 0) await deps.shownAnew(page.found);
  return page.scannedTo;
}

/** Another log has come in the place of the one that was meant: all of it is looked at. */
const lastOf = ({ log }: ErasureDeps, { order }: Erasure): number => (order.log === log.id ? order.upTo : log.head());

const log: Piece = async (deps, erasure) => {
  const upTo = lastOf(deps, erasure);
  const at = await eraseEvents(deps, erasure, 0, upTo);
  return at >= upTo ? null : at;
};

/** What came in meanwhile, such as what was said of deliveries that had the number in them. */
const tail: Piece = async (deps, erasure, signal) => {
  const first = erasure.progress.tailTo === 0;
  if (first) erasure.tailTo(deps.log.head());
  const { tailTo } = erasure.progress;
  const before = erasure.progress.counts.events;
  const at = await eraseEvents(deps, erasure, Math.min(lastOf(deps, erasure), tailTo), tailTo);
  if (erasure.progress.counts.events > before) await sendAnew(deps, erasure, signal);
  return at >= tailTo ? null : at;
};

/** A receiver may take long to answer. Where that is not waited for, since Offhook stops, the stage begins anew later. */
async function sendAnew(deps: ErasureDeps, erasure: Erasure, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  await Promise.race([deps.sentAnew(), aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
  erasure.count('inbox', deps.eraseInbox(erasure.order.scope, erasure.number));
}

const deliveries: Piece = async (deps, erasure, signal) => {
  await sendAnew(deps, erasure, signal);
  return null;
};

async function eraseRecords(deps: ErasureDeps, erasure: Erasure, of: ErasedRecords): Promise<number | null> {
  const { number, order, progress } = erasure;
  const owners = deps.owners(order.scope);
  const { rows, next } = await deps.store.find({ of, number, scope: order.scope, owners, after: progress.cursor });
  if (rows.length > 0) erasure.count(of, await deps.store.erase(of, rows, number));
  return next;
}

const records =
  (of: ErasedRecords): Piece =>
  (deps, erasure) =>
    eraseRecords(deps, erasure, of);

const outbox: Piece = async (deps, erasure) => {
  const next = await eraseRecords(deps, erasure, 'outbox');
  if (next === null) await deps.said();
  return next;
};

/** Not while the journal makes a record of events it has read before. */
const calls: Piece = (deps, erasure) => deps.journal.between(() => eraseRecords(deps, erasure, 'calls'));

/** The last one that knows the number. */
const answers: Piece = async (deps, erasure, signal) => {
  const next = await eraseRecords(deps, erasure, 'answers');
  if (next === null) {
    erasure.count('inbox', deps.eraseInbox(erasure.order.scope, erasure.number));
    erasure.liveCalls(await callsInProgress(deps, erasure.order.scope, erasure.number, signal));
  }
  return next;
};

/** How many calls in progress name it. */
export async function callsInProgress(
  { clock, live }: Pick<ErasureDeps, 'clock' | 'live'>,
  scope: Erasure['order']['scope'],
  number: Erasure['number'],
  signal: AbortSignal,
): Promise<number> {
  let named = 0;
  let looked = 0;
  for (const text of live.texts(accessOf(scope))) {
    if (hasRun(text, number)) named++;
    if (++looked % textsAtOnce === 0) await delay(clock, 1, signal);
  }
  return named;
}

/** Somebody may read for long from what the log holds, such as a backup: it is tried again now and then. */
const emptyEveryMs = 1_000;

async function emptyWal({ store, clock }: ErasureDeps, signal: AbortSignal): Promise<void> {
  while (!(await store.emptyWal())) await delay(clock, emptyEveryMs, signal);
}

/** Pages that were freed hold what was in them. */
const freed: Piece = async (deps, { progress }, signal) => {
  const { more } = await deps.store.scrub();
  if (more) return progress.cursor + 1;
  await emptyWal(deps, signal);
  return null;
};

/** Passes over the file: what was overwritten in one is looked for again in the next. */
const mostPasses = 4;
const pass = 2 ** 40;

const remains: Piece = async (deps, erasure, signal) => {
  const { store } = deps;
  const { cursor } = erasure.progress;
  const from = cursor % pass;
  if (from === 0) erasure.remains(0);
  const found = await store.findRemains(erasure.number, from);
  await store.overwrite(found.pages);
  const { scope } = erasure.order;
  const mayBeInUse = erasure.progress.counts.kept > 0 || scope.reseller !== '*' || scope.domain !== '*';
  const unclear = mayBeInUse ? 0 : found.unclear;
  erasure.remains(erasure.progress.remains + found.pages.length + unclear);
  if (found.next !== null) return cursor - from + found.next;
  const passes = Math.floor(cursor / pass) + 1;
  if (erasure.progress.remains === 0 || passes === mostPasses) return null;
  await emptyWal(deps, signal);
  return passes * pass;
};

const disk: Piece = async (deps, _erasure, signal) => {
  await emptyWal(deps, signal);
  return null;
};

export const pieces: Readonly<Record<ErasureStage, Piece>> = {
  log,
  deliveries,
  outbox,
  tail,
  attempts: records('attempts'),
  counters: records('counters'),
  calls,
  audit: records('audit'),
  answers,
  freed,
  remains,
  disk,
};
