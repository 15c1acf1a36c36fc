/**
 * Takes the write-ahead log back into the database (a checkpoint) so that hardly any commit waits for it. Done by the
 * writer alone, it stops every commit for as long as it takes to write a thousand pages and flush them.
 *
 *   short ── it has become long ──> asked: another connection takes back what there is, while commits go on
 *   asked ── it has ──> short, when the writer has taken back the few pages that came meanwhile; else asked again
 *   any ── it has become far too long ──> the writer takes back all of it by itself, and everybody waits; unless that is
 *          more than it ever does alone, as after a reader that took long (a backup): then help is asked, as for a long one
 *
 * The writer has to do the last of it, since the log begins anew only when nothing of it is left, and each commit adds
 * to it. Sizes are in pages of 4 kB.
 */
import type { DatabaseSync } from 'node:sqlite';

export interface WalLimits {
  /** From here on it is taken back. */
  readonly long: number;
  /** The writer takes back so much by itself: about half a millisecond. */
  readonly few: number;
  /**
   * What start after a crash reads, and what the disk holds beside the database, at most (nearly, and while no reader
   * takes long). The writer takes back less than twice as much by itself.
   */
  readonly tooLong: number;
}

export const usualWalLimits: WalLimits = { long: 1_000, few: 100, tooLong: 8_000 };

/** Looking at its length takes 12 microseconds: only after so many pages, as far as one can guess. */
const lookAfterPages = 100;
const pagesOfAnyCommit = 3;
const bytesOfPage = 4_096;

interface WalFacts {
  readonly log: number;
  readonly checkpointed: number;
}

export class WalKeeper {
  readonly #look: () => WalFacts;
  readonly #takeBack: () => void;
  readonly #ask: () => void;
  readonly #limits: WalLimits;
  #unseenPages = 0;
  #asked = false;
  /** Pages that were taken back when it was asked. */
  #askedAt = 0;

  /** @param ask wants `takeBackWal` called over another connection, and then `helped` here */
  constructor(db: DatabaseSync, ask: () => void, limits = usualWalLimits) {
    const look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#look = () => look.get() as unknown as WalFacts;
    this.#takeBack = () => takeBackWal(db);
    this.#ask = ask;
    this.#limits = limits;
  }

  /** After each commit, when those who waited for it have their answers. */
  committed(bytes: number): void {
    this.#unseenPages += pagesOfAnyCommit + bytes / bytesOfPage;
    if (this.#unseenPages >= lookAfterPages) this.#keepShort();
  }

  helped(): void {
    this.#asked = false;
    // A reader that takes long (a backup) keeps what came after its beginning: asking again at once would go on for
    // as long as it does.
    if (this.#look().checkpointed > this.#askedAt) this.#keepShort();
  }

  #keepShort(): void {
    this.#unseenPages = 0;
    const { log, checkpointed } = this.#look();
    const left = log - checkpointed;
    if (log < this.#limits.long || left === 0) return;
    const isUrgent = log >= this.#limits.tooLong && left < 2 * this.#limits.tooLong;
    if (left <= this.#limits.few || isUrgent) return this.#takeBack();
    if (this.#asked) return;
    this.#asked = true;
    this.#askedAt = checkpointed;
    this.#ask();
  }
}

/** As much as can be taken back without keeping anybody waiting. A disk that refuses is met again by the next commit. */
export function takeBackWal(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // Nothing is lost: what was not taken back stays in the log, and is tried again.
  }
}

/** All of it, and its file has no length after that. False: somebody reads or writes it now. */
export function emptyWal(db: DatabaseSync): boolean {
  takeBackWal(db);
  try {
    return (db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }).busy === 0;
  } catch {
    return false;
  }
}
