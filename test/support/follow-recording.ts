/** An Offhook that listens to the PBX of a recording: time goes on as the recording says, and what is lost or late is up to the test. */
import assert from 'node:assert/strict';
import type { OpenCall } from '../../src/calls/open-call.ts';
import type { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import { timeOf } from '../../src/connectors/asterisk/normaliser/channel-facts.ts';
import { Listener } from '../../src/connectors/asterisk/listener.ts';
import { ManualClock } from '../../src/kit/manual-clock.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { companyRules } from './ami-replay.ts';
import { RecordedPbx } from './recorded-pbx.ts';
import { openCallsOf } from './tracker-run.ts';

const answered = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Observer {
  readonly pbx: RecordedPbx;
  readonly clock: ManualClock;
  /** All that was told, by whichever Offhook listened, of calls and of people. */
  readonly #log: NewEvent[] = [];
  #listener: Listener;
  readonly #behind: number;
  #asked = 0;
  /** How many events there were after each thing that this Offhook told, and how many when it was started. */
  #told: number[] = [];
  #keptBefore = 0;

  /** @param now Milliseconds, by the clock of the PBX. @param behind how much ours is behind it */
  constructor(now: number, behind = 0) {
    this.pbx = new RecordedPbx(now);
    this.clock = new ManualClock(now - behind);
    this.#behind = behind;
    this.#listener = this.#create();
  }

  /** All that was told of calls, by whichever Offhook listened. What is told beside calls has recordings of its own. */
  get events(): readonly NewEvent[] {
    return this.#log.filter(isOfCalls);
  }

  /** Logs in; what there is was taken in when it resolves. */
  async connect(): Promise<void> {
    this.#listener.begin();
    await this.#answers();
  }

  disconnect(): void {
    this.#listener.end();
  }

  /**
   * Offhook ends, without a goodbye, and is started again: it knows what its log has.
   * @param unkept how many of the last things it told never reached the log; what an earlier Offhook told did
   */
  restart(unkept = 0): void {
    this.#listener.end();
    const kept = this.#told.slice(0, Math.max(0, this.#told.length - unkept)).at(-1) ?? this.#keptBefore;
    if (unkept > 0) this.#log.length = kept;
    this.#keptBefore = this.#log.length;
    this.#told = [];
    this.#listener = this.#create();
    this.#listener.restore(openCallsOf(this.#log), this.#log);
  }

  /** The PBX says one thing, of which so much is heard, `lateMs` after it was said. */
  async say(packet: AmiPacket, heard: readonly AmiPacket[] = [packet], lateMs = 0): Promise<void> {
    await this.#waitUntil(timeOf(packet, this.pbx.now) + lateMs);
    this.pbx.say(packet);
    for (const one of heard) this.#listener.packet(one);
  }

  async wait(ms: number): Promise<void> {
    this.pbx.now += ms;
    await this.#waitUntil(this.pbx.now);
  }

  /** So long after the last event that whatever was missed has been found. */
  async waitForAll(): Promise<void> {
    for (const ms of [5_000, 60_000, 600_000, 5_000, 5_000, 60_000]) await this.wait(ms);
  }

  liveCalls(): readonly OpenCall[] {
    return this.#listener.liveCalls();
  }

  #create(): Listener {
    const { clock, pbx } = this;
    return new Listener({
      clock,
      rules: companyRules,
      ask: (action, onResponse) => {
        this.#asked++;
        const result = pbx.ask(action);
        if (result.kind === 'ok') onResponse?.();
        return Promise.resolve(result);
      },
      told: (events) => this.#keep(events),
      live: () => {},
      failed: (problem) => assert.fail(problem),
    });
  }

  /** What is told at once is kept at once, or not at all. */
  #keep(events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    this.#log.push(...events);
    this.#told.push(this.#log.length);
  }

  /** @param at by the clock of the PBX */
  async #waitUntil(at: number): Promise<void> {
    this.clock.advance(Math.max(0, at - this.#behind - this.clock.now()));
    await this.#answers();
  }

  /** Where something was asked, its answer is taken in. */
  async #answers(): Promise<void> {
    if (this.#asked === 0) return;
    this.#asked = 0;
    await answered();
  }
}

const isOfCalls = ({ call, type }: NewEvent): boolean => call !== null || type.startsWith('conference.');
