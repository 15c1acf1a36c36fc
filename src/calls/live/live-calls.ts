/**
 * The live view: the calls in progress and those that just ended, as the events of the log tell them, in their order.
 * Pure: fed events, asked questions; it reads no log and no clock. Its memory does not grow with history: ended calls
 * are a ring, and a call about which nothing was heard for too long (its connector is gone, its source never said the
 * end) is forgotten.
 *
 * A call is **in progress** from the first event about it; **just ended** with the first that shows it ended, and then
 * for good; **forgotten** when newer ones push it out of the ring. Late events about a forgotten call that ended are
 * ignored.
 */
import { type Event, orderKeyOf } from '../../model/event.ts';
import { eventText } from '../../model/event-text.ts';
import type { Access } from '../../model/scope.ts';
import { callIdOf, callStateOf } from '../../model/stored-event.ts';
import type { OpenCall } from '../open-call.ts';
import { FollowedCall, type LiveCall } from './live-call.ts';
import type { CallMark, MarkChanges, Marks } from './marks.ts';

export interface LiveCallsOptions {
  /** Ended calls kept. */
  readonly mostEnded: number;
  /** Calls in progress kept; past it the one not heard of for longest is forgotten. */
  readonly mostLive: number;
  /** Milliseconds without an event after which a call in progress is forgotten. */
  readonly maxSilenceMs: number;
}

export const defaultLiveCallsOptions: LiveCallsOptions = {
  mostEnded: 1_000,
  mostLive: 50_000,
  maxSilenceMs: 12 * 3_600_000,
};

/** Ended calls that a restart brings back too. */
const mostEndedMarked = 100;

/** Families of event types that tell how a call stands; others (charges, deliveries) only mention one. */
const families = /^(?:call|leg|transfer|queue|park|conference|recording|voicemail)\./;

export class LiveCalls {
  readonly #options: LiveCallsOptions;
  /** Least recently heard of first. */
  readonly #live = new Map<string, FollowedCall>();
  /** Ended first, first. */
  readonly #ended = new Map<string, FollowedCall>();
  /** The ended calls that are marked, the last to end last. */
  readonly #markedEnded: FollowedCall[] = [];
  /** Calls that are no longer marked, until that is asked for. */
  #unmarked: FollowedCall[] = [];
  #log: string;
  #cursor: number;

  constructor(log: string, cursor = 0, options: LiveCallsOptions = defaultLiveCallsOptions) {
    this.#log = log;
    this.#cursor = cursor;
    this.#options = options;
  }

  /** The last event taken in: whoever feeds it goes on after it. */
  get cursor(): { readonly log: string; readonly seq: number } {
    return { log: this.#log, seq: this.#cursor };
  }

  /** Takes in the next events; those taken in before change nothing. */
  apply(events: readonly Event[]): void {
    for (const event of events) {
      if (event.seq <= this.#cursor) continue;
      this.#cursor = event.seq;
      this.#take(event);
    }
  }

  /** A call from before the cursor: the events that its mark pointed at, in the order of their sequence. */
  recall({ domain, callId }: CallMark, events: readonly Event[]): void {
    const isOwn = (event: Event): boolean => event.domain === domain && callIdOf(event) === callId;
    const [first, ...more] = events.filter(isOwn);
    if (!first) return;
    const call = new FollowedCall(first);
    for (const event of more) call.take(event);
    for (const event of events) if (!isOwn(event)) call.adopt(event);
    this.#place(orderKeyOf(first), call);
  }

  /**
   * Forgets calls not heard of for too long; `now` is the server's time in milliseconds. Answers how many. A call heard
   * of while the clock was ahead keeps no other.
   */
  expire(now: number): number {
    let forgotten = 0;
    for (const [key, call] of this.#live) {
      if (call.acceptedAt > now) continue;
      if (now - call.acceptedAt <= this.#options.maxSilenceMs) break;
      this.#live.delete(key);
      this.#unmarked.push(call);
      forgotten++;
    }
    return forgotten;
  }

  /** Newest first. */
  inProgress(access: Access): readonly LiveCall[] {
    return visible(this.#live, access).sort((one, two) => two.firstSeq - one.firstSeq);
  }

  /** The last to end first. */
  justEnded(access: Access): readonly LiveCall[] {
    return visible(this.#ended, access).reverse();
  }

  /** The call of that id, in progress or just ended; null where there is none that `access` covers. */
  find(access: Access, callId: string): LiveCall | null {
    for (const calls of [this.#live, this.#ended]) {
      for (const [key, call] of calls) {
        if (key.endsWith(`\u0000${callId}`) && call.isVisibleTo(access)) return call.view();
      }
    }
    return null;
  }

  /** Which of these events are held here. */
  holding(seqs: readonly number[]): readonly number[] {
    const held = new Set<number>();
    for (const calls of [this.#live, this.#ended]) {
      for (const call of calls.values()) for (const seq of call.seqs) held.add(seq);
    }
    return seqs.filter((seq) => held.has(seq));
  }

  /** These events say something else now. */
  replace(events: readonly Event[]): void {
    const bySeq = new Map(events.map((event) => [event.seq, event]));
    for (const calls of [this.#live, this.#ended]) for (const call of calls.values()) call.replace(bySeq);
  }

  /** All that is said of each call in progress, as JSON; calls may come and go while they are looked at. */
  *texts(access: Access): Generator<string> {
    for (const call of this.#live.values()) if (call.isVisibleTo(access)) yield call.text;
  }

  /** Calls of a connector that have not ended, for its restart. */
  openCalls(connector: string): readonly OpenCall[] {
    return [...this.#live.values()]
      .filter((call) => call.connector === connector)
      .map((followed) => {
        const { call, legs, extensions, seenAt } = followed.view();
        return { call, legs, extensions, seenAt, begun: followed.begun };
      });
  }

  /** What to save, so that `loadLiveCalls` finds the same calls again. */
  marks(): Marks {
    const calls = [...this.#markedEnded, ...this.#live.values()].map((call) => call.mark());
    return { log: this.#log, cursor: this.#cursor, calls };
  }

  /**
   * What to save on top of what was saved when the cursor stood at `since`; null: all of it. Each answer builds on the
   * one before: where that could not be saved, ask for all of it.
   */
  changes(since: number | null): MarkChanges {
    const gone = this.#unmarked.map((call) => call.mark());
    this.#unmarked = [];
    const place = { log: this.#log, cursor: this.#cursor };
    if (since === null) return { ...place, whole: true, put: this.#marksAfter(0), gone: [] };
    return { ...place, whole: false, put: [...this.#marksAfter(since)], gone };
  }

  *#marksAfter(since: number): Generator<CallMark> {
    for (const calls of [this.#markedEnded, this.#live.values()]) {
      for (const call of calls) if (call.changedSeq > since) yield call.mark();
    }
  }

  #take(event: Event): void {
    if (callIdOf(event) === null || !families.test(event.type)) return;
    // What keeps a call's events in order also names the call.
    const key = orderKeyOf(event);
    const ended = this.#ended.get(key);
    if (ended) return ended.take(event);
    const known = this.#live.get(key);
    if (!known && callStateOf(event) === 'ended' && !event.type.startsWith('call.')) return;
    const followed = known ?? new FollowedCall(event);
    known?.take(event);
    this.#place(key, followed);
    if (followed.ended) this.#handOver(followed, event);
  }

  /** Heard of now: to the end of the line. */
  #place(key: string, call: FollowedCall): void {
    this.#live.delete(key);
    if (call.ended) this.#end(key, call);
    else this.#live.set(key, call);
    if (this.#live.size > this.#options.mostLive) this.#unmark(dropOldest(this.#live));
  }

  /** A call that ended because it became part of another goes on in that one. */
  #handOver(call: FollowedCall, event: Event): void {
    // Found out without reading the event: almost none says it.
    if (!eventText(event).includes('"mergedInto":"')) return;
    const survivor = this.#live.get(`${event.domain}\u0000${String(event.data['mergedInto'])}`);
    survivor?.takeOver(call, event.seq);
  }

  #end(key: string, call: FollowedCall): void {
    this.#ended.set(key, call);
    this.#markedEnded.push(call);
    if (this.#markedEnded.length > Math.min(mostEndedMarked, this.#options.mostEnded)) {
      this.#unmark(this.#markedEnded.shift());
    }
    if (this.#ended.size > this.#options.mostEnded) dropOldest(this.#ended);
  }

  #unmark(call: FollowedCall | undefined): void {
    if (call) this.#unmarked.push(call);
  }
}

function visible(calls: ReadonlyMap<string, FollowedCall>, access: Access): LiveCall[] {
  return [...calls.values()].filter((call) => call.isVisibleTo(access)).map((call) => call.view());
}

function dropOldest(calls: Map<string, FollowedCall>): FollowedCall | undefined {
  for (const [key, oldest] of calls) {
    calls.delete(key);
    return oldest;
  }
  return undefined;
}
