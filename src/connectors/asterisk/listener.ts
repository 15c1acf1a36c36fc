/**
 * What a PBX says, in; the events of its calls and its people, out: feed (one order) -> signals -> the two trackers, and what
 * happens only because time passes. Without a network or a log: packets are given to it, and what it asks the PBX goes through `ask`.
 *
 * `begin` with every log-in, `end` with every loss. What is told may make its reader end it (a log that takes no more):
 * the rest of what was about to be told is then left out, and learnt anew by the next picture.
 */
import type { OpenCall } from '../../calls/open-call.ts';
import {
  createPeopleTracker,
  type KnownOfPeople,
  type PeopleSignal,
  type PeopleTracker,
} from '../../calls/people/index.ts';
import type { Signal } from '../../calls/signal.ts';
import { createTracker, type Tracker, type TrackerRules } from '../../calls/tracker/index.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { NewEvent } from '../../model/event.ts';
import type { AmiPacket } from './ami/packet.ts';
import { Feed } from './feed.ts';
import type { Ask, PbxRun } from './resync.ts';

export interface ListenerParts {
  readonly clock: Clock;
  readonly rules: TrackerRules;
  readonly ask: Ask;
  readonly told: (events: readonly NewEvent[]) => void;
  /** It knows everything there is on the PBX; from now on events are told as they come. */
  readonly live: (run: PbxRun, restarted: boolean) => void;
  /** The PBX does not say what is on it. `refused`: it does not let us ask. */
  readonly failed: (problem: string, refused: boolean) => void;
}

/**
 * Milliseconds that what falls due waits for what the PBX said before and is still on its way. Two observers, one of
 * whom hears a thing a little later, then tell the same of it.
 */
const graceMs = 300;

export class Listener {
  readonly #parts: ListenerParts;
  readonly #tracker: Tracker;
  readonly #people: PeopleTracker;
  readonly #feed: Feed;
  #listens = false;
  #deadline: Timer | null = null;

  /** @throws SyntaxError where `rules.extensions` is no regular expression. */
  constructor(parts: ListenerParts) {
    this.#parts = parts;
    this.#tracker = createTracker(parts.rules);
    this.#people = createPeopleTracker(parts.rules, (channelId, owner) => this.#tracker.callWith(channelId, owner));
    const { clock, ask, live, failed } = parts;
    const hasMissing = (): boolean => this.#tracker.hasMissing();
    const tell = (signals: readonly Signal[]): void => this.#tell(signals);
    const tellPeople = (signals: readonly PeopleSignal[]): void => this.#tellPeople(signals);
    this.#feed = new Feed({ clock, ask, tell, tellPeople, hasMissing, live, failed });
  }

  /** Calls in progress, and what was told last of people, when Offhook last stopped. To be called before the first `begin`. */
  restore(calls: readonly OpenCall[], people: readonly KnownOfPeople[] = []): void {
    this.#tracker.restore(calls);
    this.#people.restore(people);
  }

  /** Calls in progress, oldest first. */
  liveCalls(): readonly OpenCall[] {
    return this.#tracker.liveCalls();
  }

  /** What of a call in progress can be commanded; null where it is none. */
  devicesOf(callId: string): ReturnType<Tracker['devicesOf']> {
    return this.#tracker.devicesOf(callId);
  }

  /** Now, by the clock that times the PBX's events; milliseconds. */
  now(): number {
    return this.#feed.now();
  }

  /** What Offhook itself knows of a call that it commands, whether the PBX is listened to or not. */
  tellOwn(signal: Signal): readonly NewEvent[] {
    const events = this.#tracker.apply(signal);
    this.#parts.told(events);
    this.#waitForDeadline();
    return events;
  }

  begin(): void {
    this.#listens = true;
    this.#feed.begin();
  }

  packet(packet: AmiPacket): void {
    this.#feed.packet(packet);
  }

  end(): void {
    this.#listens = false;
    this.#deadline?.cancel();
    this.#feed.end();
  }

  #tell(signals: readonly Signal[]): void {
    for (const signal of signals) {
      if (!this.#listens) return;
      this.#parts.told(this.#tracker.apply(signal));
    }
    if (signals.length > 0) this.#waitForDeadline();
  }

  #tellPeople(signals: readonly PeopleSignal[]): void {
    for (const signal of signals) {
      if (!this.#listens) return;
      this.#parts.told(this.#people.apply(signal));
    }
  }

  /** Only while the PBX is listened to: else what did not happen might be our ignorance. */
  #waitForDeadline(): void {
    this.#deadline?.cancel();
    if (!this.#listens) return;
    const next = this.#tracker.nextDeadline();
    const now = this.#tracker.now();
    if (next === null || now === null) return;
    this.#deadline = this.#parts.clock.schedule(next - now + graceMs, () => {
      this.#parts.told(this.#tracker.tick(next));
      this.#waitForDeadline();
    });
  }
}
