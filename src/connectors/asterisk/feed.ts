/**
 * Puts what a PBX says, and the picture asked of it, into one order for the tracker.
 *
 * States, from log-in on: **checking** (which run of the PBX is this? events wait; then a restart is told) -> **asking**
 * (events are told as they come, until the place in the stream at which the channels were listed) -> **drawing** (events
 * wait) -> the picture is told, then what waited -> **live**. In live the picture is asked again now and then, going
 * through asking and drawing: should an event ever be missed, no call stays live for ever. Every log-in begins anew.
 * A connection that is lost while something is told (`end` is called from within) ends whatever was under way.
 *
 * Why events wait: the lists take several round trips, and a picture told after an event it does not know of would
 * undo it. Why a restart is told apart, before them: the picture would take calls made since for old ones. Why a channel
 * that a later picture lacks is not lost at once: the PBX takes it from its list before it tells its end. Had it not
 * ended some seconds later, the picture is asked again.
 *
 * While **asking**, the lists of phones, agents and mailboxes come first. Each is told at its own place in the stream: from
 * where it begins until it was told, events wait (**drawing**). A PBX that is still starting may not list everything, so
 * they are asked for again when it says that it has booted, be it in the midst of being asked.
 */
import type { PeopleSignal } from '../../calls/people/index.ts';
import type { Signal } from '../../calls/signal.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { AmiPacket } from './ami/packet.ts';
import { itemsOf, peopleLists } from './ask-people.ts';
import { timeOf } from './normaliser/channel-facts.ts';
import { normalisePeople } from './normaliser/people.ts';
import { EventReader } from './normaliser/reader.ts';
import { type Ask, askPicture, askRun, type Asked, type PbxRun, type Picture } from './resync.ts';

export interface FeedParts {
  readonly clock: Clock;
  readonly ask: Ask;
  readonly tell: (signals: readonly Signal[]) => void;
  readonly tellPeople: (signals: readonly PeopleSignal[]) => void;
  /** The last picture lacked a channel that has not ended since. */
  readonly hasMissing: () => boolean;
  /** The tracker knows everything there is; from now on events are told as they come. */
  readonly live: (run: PbxRun, restarted: boolean) => void;
  /** The picture can't be had, so the connection is of no use. `refused`: the PBX does not let us ask. */
  readonly failed: (problem: string, refused: boolean) => void;
}

interface Waiting {
  readonly packet: AmiPacket;
  readonly receivedAt: number;
}

/** A PBX that says more than this while it is asked is not listened to fast enough to ever catch up. */
const mostWaiting = 100_000;
const mostWaitingBytes = 128_000_000;
const askAgainMs = 600_000;
/** So long after a picture at the latest has come what was on its way. */
const onItsWayMs = 5_000;

export class Feed {
  readonly #parts: FeedParts;
  #state: 'off' | 'checking' | 'asking' | 'drawing' | 'live' = 'off';
  #reader = new EventReader();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #run: PbxRun | null = null;
  /** It was, and that was not said yet: the connection may be lost before it is live. */
  #restarted = false;
  /** Milliseconds the PBX's clock is ahead of ours, as last seen: it may be set at any time. */
  #ahead = 0;
  #timer: Timer | null = null;
  /** Whether its events carry their time (`timestampevents=yes`); taken for granted until one does not. */
  #stamped = true;
  /** Counts log-ins: an answer that belongs to an earlier one is nobody's. */
  #logIn = 0;
  /** It said so in this log-in. */
  #booted = false;
  /** The mailboxes were not listed in full yet. */
  #mailboxesDue = true;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /** Logged in. */
  begin(): void {
    this.end();
    this.#state = 'checking';
    void this.#check(this.#logIn);
  }

  /** The connection is gone. */
  end(): void {
    this.#logIn++;
    this.#state = 'off';
    this.#booted = false;
    this.#mailboxesDue = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#reader = new EventReader();
    this.#timer?.cancel();
  }

  /** Now, by the clock that times its events; milliseconds. */
  now(): number {
    return this.#eventClock();
  }

  packet(packet: AmiPacket): void {
    const receivedAt = this.#parts.clock.now();
    if (packet.get('Uniqueid') !== null) this.#readClock(packet, receivedAt);
    if (packet.event === 'FullyBooted') this.#noteBooted();
    if (this.#state === 'asking' || this.#state === 'live') return this.#tellOne({ packet, receivedAt });
    if (this.#state === 'off') return;
    this.#waiting.push({ packet, receivedAt });
    this.#waitingBytes += packet.bytes;
    if (this.#waiting.length > mostWaiting || this.#waitingBytes > mostWaitingBytes)
      this.#fail('the PBX says more than can be taken in while it is asked', false);
  }

  #tellOne({ packet, receivedAt }: Waiting): void {
    const logIn = this.#logIn;
    this.#parts.tell(this.#reader.read(packet, receivedAt));
    if (logIn === this.#logIn) this.#parts.tellPeople(normalisePeople(packet, receivedAt));
  }

  #noteBooted(): void {
    const wasAskedTooEarly = this.#state === 'live' && !this.#booted;
    this.#booted = true;
    if (!wasAskedTooEarly) return;
    this.#timer?.cancel();
    void this.#draw(this.#logIn, true);
  }

  #readClock(packet: AmiPacket, receivedAt: number): void {
    this.#stamped = packet.get('Timestamp') !== null;
    if (this.#stamped) this.#ahead = timeOf(packet, receivedAt) - receivedAt;
  }

  async #check(logIn: number): Promise<void> {
    const asked = await askRun(this.#parts.ask, () => this.#parts.clock.now());
    const run = this.#unlessOver(asked, logIn);
    if (run === null) return;
    const restarted = this.#run !== null && this.#run.startedText !== run.startedText;
    this.#restarted ||= restarted;
    this.#run = run;
    this.#ahead = run.ahead;
    if (restarted) this.#parts.tell([lostEverything(this.#eventClock())]);
    if (logIn !== this.#logIn) return;
    this.#state = 'asking';
    this.#tellWaiting(logIn);
    if (logIn !== this.#logIn) return;
    const drawn = await this.#draw(logIn, false);
    if (!drawn) return;
    const wasRestarted = this.#restarted;
    this.#restarted = false;
    this.#parts.live(run, wasRestarted);
  }

  /** Asks for everything there is; true when it was told. `again`: after an earlier one of this log-in. */
  async #draw(logIn: number, again: boolean): Promise<boolean> {
    this.#state = 'asking';
    const hadBooted = this.#booted;
    if (!(await this.#askPeople(logIn, again))) return false;
    const at = this.#eventClock();
    const asked = await askPicture(this.#parts.ask, () => {
      if (logIn === this.#logIn) this.#state = 'drawing';
    });
    const picture = this.#unlessOver(asked, logIn);
    if (picture === null) return false;
    this.#parts.tell(signalsOf(picture, at, again));
    if (logIn !== this.#logIn) return false;
    this.#state = 'live';
    this.#tellWaiting(logIn);
    if (logIn !== this.#logIn) return false;
    if (!hadBooted && this.#booted) return this.#draw(logIn, true);
    this.#askLater(logIn);
    return true;
  }

  /** True when all lists were told. */
  async #askPeople(logIn: number, again: boolean): Promise<boolean> {
    const complete = this.#booted || again;
    for (const { action, read } of peopleLists(this.#mailboxesDue)) {
      const result = await this.#parts.ask(action, () => {
        if (logIn === this.#logIn) this.#state = 'drawing';
      });
      if (logIn !== this.#logIn) return false;
      const items = itemsOf(result);
      if (items) this.#parts.tellPeople(read(items, { at: this.#eventClock(), complete }));
      if (logIn !== this.#logIn) return false;
      this.#state = 'asking';
      this.#tellWaiting(logIn);
      if (logIn !== this.#logIn) return false;
    }
    this.#mailboxesDue = !complete;
    return true;
  }

  #askLater(logIn: number): void {
    const { clock, hasMissing } = this.#parts;
    const ask = (): void => void this.#draw(logIn, true);
    this.#timer = clock.schedule(onItsWayMs, () => {
      if (hasMissing()) return ask();
      this.#timer = clock.schedule(askAgainMs - onItsWayMs, ask);
    });
  }

  /** Now, by the clock that times its events: its own, or ours where it does not send one. */
  #eventClock(): number {
    return this.#parts.clock.now() + (this.#stamped ? this.#ahead : 0);
  }

  #tellWaiting(logIn: number): void {
    this.#waitingBytes = 0;
    for (const waiting of this.#waiting.splice(0)) {
      this.#tellOne(waiting);
      if (logIn !== this.#logIn) return;
    }
  }

  #unlessOver<T>(asked: Asked<T>, logIn: number): T | null {
    if (logIn !== this.#logIn) return null;
    if (asked.kind === 'ok') return asked.value;
    this.#fail(asked.problem, asked.kind === 'refused');
    return null;
  }

  #fail(problem: string, refused: boolean): void {
    this.end();
    this.#parts.failed(problem, refused);
  }
}

const lostEverything = (at: number): Signal => ({ kind: 'resync', at, channels: [], bridges: [], restarted: true });

function signalsOf(picture: Picture, at: number, again: boolean): Signal[] {
  const resync: Signal = { ...picture.resync, at, restarted: false, again };
  return [resync, ...picture.services.map((entered): Signal => ({ ...entered, at }))];
}
