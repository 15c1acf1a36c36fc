import type { Clock, Timer } from '../../kit/clock.ts';
import { idFromFacts } from '../../kit/ids.ts';
import type { NewEvent } from '../../model/event.ts';
import { Agenda } from './agenda.ts';
import { openCall, turnPage } from './call-book.ts';
import type { CallState } from './call-state.ts';
import type { Source } from './draft.ts';
import type { Programme } from './programme.ts';
import type { Notice, Story, TimedStep } from './step.ts';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly story: number;
  readonly storyAt: number;
  readonly timed: TimedStep;
}

/** Steps played without giving other work a turn; the rest follows at once. */
const mostAtOnce = 500;
/** After a pause nothing is caught up: the stories go on from where they stood, later by this much. */
interface Delay {
  since: number | null;
  ms: number;
}

/**
 * Plays a programme on a clock. Times are the planned ones, moved only by pauses, so that the same programme gives the
 * same events whatever the machine is busy with.
 *
 * `idle` ──start──> `playing` <──pause / go on──> `paused` ──stop──> `stopped`
 */
export class Player {
  readonly #clock: Clock;
  readonly #programme: Programme;
  readonly #source: Source;
  readonly #tell: (events: readonly NewEvent[]) => void;
  readonly #agenda = new Agenda<Entry>();
  readonly #calls = new Map<string, CallState>();
  readonly #startWall: number;
  readonly #startMonotonic: number;
  readonly #delay: Delay = { since: null, ms: 0 };
  #order = 0;
  /** Stories that nobody planned have numbers below 0. */
  #unplanned = 0;
  #timer: Timer | null = null;
  #state: 'idle' | 'playing' | 'paused' | 'stopped' = 'idle';

  constructor(parts: {
    readonly clock: Clock;
    readonly programme: Programme;
    readonly source: Source;
    readonly startMs: number;
    readonly tell: (events: readonly NewEvent[]) => void;
  }) {
    this.#clock = parts.clock;
    this.#programme = parts.programme;
    this.#source = parts.source;
    this.#tell = parts.tell;
    this.#startWall = parts.startMs;
    this.#startMonotonic = parts.clock.monotonic();
  }

  /** Calls that have begun and are not closed. */
  get openCalls(): number {
    return this.#calls.size;
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'playing';
    this.#wait();
  }

  /** Time stands still in the stories until `goOn`. */
  pause(): void {
    if (this.#state !== 'playing') return;
    this.#state = 'paused';
    this.#timer?.cancel();
    this.#delay.since = this.#clock.monotonic();
  }

  goOn(): void {
    if (this.#state !== 'paused' || this.#delay.since === null) return;
    this.#delay.ms += Math.ceil(this.#clock.monotonic() - this.#delay.since);
    this.#delay.since = null;
    this.#state = 'playing';
    this.#wait();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#timer?.cancel();
  }

  /** A call that has not ended; undefined: there is none of that id. */
  find(callId: string): CallState | undefined {
    const state = [...this.#calls.values()].find(({ call }) => call.id === callId);
    return state?.call.endedAt === null ? state : undefined;
  }

  /** Plays a story that was not planned, beginning now. Id of its call. */
  perform(story: Story): string {
    const number = --this.#unplanned;
    const at = Math.floor(this.#now());
    this.#add(number, at, story);
    this.#playNow();
    return this.#programme.callId(at, number, 0);
  }

  /** What happens to a call from now on, besides what was planned for it: steps that no longer fit tell nothing. */
  interrupt(callId: string, story: Story): void {
    const key = [...this.#calls].find(([, { call }]) => call.id === callId)?.[0];
    if (key === undefined) return;
    const [number = 0, index = 0] = key.split(':').map(Number);
    const own = story.flatMap((timed) => (timed.call === null ? [] : [{ ...timed, call: index }]));
    this.#add(number, Math.floor(this.#now()), own);
    this.#playNow();
  }

  #playNow(): void {
    if (this.#state !== 'playing') return;
    this.#timer?.cancel();
    this.#play();
  }

  #add(number: number, at: number, story: Story): void {
    for (const timed of story) {
      this.#agenda.add({ at: at + timed.after, order: this.#order++, story: number, storyAt: at, timed });
    }
  }

  /** The planned time it is now. */
  #now(): number {
    return this.#startWall + this.#clock.monotonic() - this.#startMonotonic - this.#delay.ms;
  }

  #nextAt(): number | null {
    const step = this.#agenda.first?.at ?? null;
    const story = this.#programme.nextAt;
    if (step === null || story === null) return step ?? story;
    return Math.min(step, story);
  }

  #wait(): void {
    this.#timer?.cancel();
    const next = this.#nextAt();
    if (next === null) return;
    this.#timer = this.#clock.schedule(next - this.#now(), () => this.#play());
  }

  #play(): void {
    const now = this.#now();
    const events: NewEvent[] = [];
    for (let played = 0; played < mostAtOnce; played++) {
      const next = this.#nextAt();
      if (next === null || next > now) break;
      if (next === this.#programme.nextAt) this.#begin();
      else this.#step(events);
    }
    if (events.length > 0) this.#tell(events);
    if (this.#state === 'playing') this.#wait();
  }

  #begin(): void {
    for (const { number, at, story } of this.#programme.next()) this.#add(number, at, story);
  }

  #step(events: NewEvent[]): void {
    const entry = this.#agenda.take();
    if (!entry) return;
    const at = Math.round(entry.at + this.#delay.ms);
    const { timed } = entry;
    if (timed.call === null) events.push(this.#notice(entry, timed.step, at));
    else this.#turn(entry, timed.call, timed.step, at, events);
  }

  #turn(entry: Entry, index: number, step: Exclude<TimedStep['step'], Notice>, at: number, events: NewEvent[]): void {
    const key = `${entry.story}:${index}`;
    const state = this.#calls.get(key);
    if (step.kind === 'begin') {
      const id = this.#programme.callId(entry.storyAt, entry.story, index);
      const page = openCall(id, step, this.#source, at);
      this.#calls.set(key, page.state);
      events.push(...page.events);
    } else if (state) {
      const page = turnPage(state, step, this.#source, at);
      this.#calls.set(key, page.state);
      events.push(...page.events);
      if (step.kind === 'close') this.#calls.delete(key);
    }
  }

  #notice(entry: Entry, { type, colleague, data }: Notice, at: number): NewEvent {
    const { connector, reseller, domain } = this.#source;
    const extension = colleague?.extension ?? null;
    return {
      id: idFromFacts(at, connector, 'notice', entry.storyAt, entry.story, entry.order),
      type,
      time: new Date(at).toISOString(),
      reseller,
      domain,
      user: colleague?.user ?? null,
      extension,
      connector,
      extensions: extension === null ? [] : [extension],
      call: null,
      leg: null,
      data,
    };
  }
}
