/** Entry of a storage thread. It imports little: every thread's modules are resident memory. */
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Connection, databaseFile, openCheckpointer, openMemory, openReader, openWriter } from './connection.ts';
import { commitGroup, takeGroup } from './group-commit.ts';
import { jobNamed, type JobSet } from './job-set.ts';
import { allJobs, readJobs, scans, writeJobs } from './jobs.ts';
import type { AnswerMessage, FromThread, JobMessage, ThreadOptions, ToThread } from './protocol.ts';
import { ReadQueue } from './read-queue.ts';
import { remainsFinder } from './remains/find-remains.ts';
import { toErrorMessage } from './storage-error.ts';
import { emptyWal, takeBackWal, WalKeeper } from './wal-keeper.ts';

const { role, dir } = workerData as ThreadOptions;
const port = parentPort as MessagePort;
const say = (message: FromThread): void => port.postMessage(message);

function answerRead(set: () => JobSet, { ticket, kind, input }: JobMessage): AnswerMessage {
  try {
    return { ticket, output: jobNamed(set(), kind)(input) };
  } catch (error) {
    return { ticket, error: toErrorMessage(error) };
  }
}

/** Calls `take` with all messages that have come by now. */
function takeWaiting(take: (message: ToThread) => void): void {
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) take(next.message as ToThread);
}

function startReader(directory: string): void {
  const queue = new ReadQueue(scans);
  let connection: Connection | null = null;
  let checkpointer: Connection | null = null;
  let set: JobSet | null = null;
  let wantsCheckpoint = false;
  let closing = false;
  /** Opened by its first job, when the writer has made the database. */
  const opened = (): JobSet => {
    connection ??= openReader(directory);
    set ??= readJobs(connection.db, {
      'store.emptyWal': () => {
        checkpointer ??= openCheckpointer(directory);
        return emptyWal(checkpointer.db);
      },
      'store.findRemains': remainsFinder(join(directory, databaseFile)),
    });
    return set;
  };
  const checkpoint = (): void => {
    wantsCheckpoint = false;
    checkpointer ??= openCheckpointer(directory);
    takeBackWal(checkpointer.db);
    say('checkpointed');
  };
  const take = (message: ToThread): void => {
    if (message === 'close') closing = true;
    else if (typeof message === 'string') wantsCheckpoint = true;
    else queue.push(message);
  };
  port.on('message', (message: ToThread) => {
    take(message);
    for (;;) {
      takeWaiting(take);
      const job = queue.next();
      if (job) say([answerRead(opened, job)]);
      if (wantsCheckpoint && !closing) checkpoint();
      else if (!job) break;
    }
    if (!closing) return;
    checkpointer?.close();
    connection?.close();
    port.close();
  });
  say('open');
}

/** A search may take a processor's whole time. Without this it takes it from the threads that deliver, too. */
function giveWay(): void {
  try {
    // 0 is the calling thread, not the process, where threads have priorities of their own (Linux).
    if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);
  } catch {
    // It is only a courtesy.
  }
}

const weightOf = (group: readonly JobMessage[]): number => group.reduce((sum, { weight }) => sum + weight, 0);

/** @param keeper null for a database without a write-ahead log */
function startWriter(connection: Connection, set: JobSet, keeper: WalKeeper | null): void {
  const queue: JobMessage[] = [];
  let closing = false;
  const take = (message: ToThread): void => {
    if (message === 'close') closing = true;
    else if (typeof message === 'string') keeper?.helped();
    else queue.push(...message);
  };
  port.on('message', (message: ToThread) => {
    take(message);
    for (takeWaiting(take); queue.length > 0; takeWaiting(take)) {
      const group = takeGroup(queue);
      say(commitGroup(connection.db, set, group));
      keeper?.committed(weightOf(group));
    }
    if (closing) {
      connection.close();
      port.close();
    }
  });
  say('open');
}

try {
  if (role === 'reader' || role === 'searcher') {
    if (role === 'searcher') giveWay();
    startReader(dir as string);
  } else {
    const connection = dir === null ? openMemory() : openWriter(dir);
    const keeper = dir === null ? null : new WalKeeper(connection.db, () => say('checkpoint'));
    startWriter(connection, role === 'both' ? allJobs(connection.db) : writeJobs(connection.db), keeper);
  }
} catch (error) {
  say({ refused: toErrorMessage(error) });
  port.close();
}
