/**
 * Commands to one Asterisk, as actions of its manager interface: Originate, Hangup, BlindTransfer. Nothing else can be
 * asked through here, and what goes into an action is a number that was judged, a template of the configuration, an id
 * Asterisk gave or we made, or a time.
 *
 * A call that is ordered is in the log before Asterisk is asked (`tell`, `kept`); its first channel carries an id of ours,
 * so that it is known for what it is from its first event on, before and after a lost connection.
 *
 * A hang-up, device by device:
 *
 *   asked ──> taken      told at the answer's place in the PBX's stream: before whatever the device's end makes it say
 *         ──> refused    nothing is told: the call goes on, or ended by itself just before
 *         ──> unknown    no answer in time, or the connection broke, or Offhook did: nothing is told, the call's end is
 *                        judged by what the PBX shows, or is `lost` where nobody saw it
 *
 * An end that the PBX tells before its answer is therefore no doing of ours: the PBX writes both in the order in which
 * it does them. That software ended a call is kept nowhere but in the tracker until the call's end is told.
 */
import type { CallOrder, CommandResult, Destination, PhoneCommands } from '../../../calls/commands.ts';
import type { DialStatus, Signal } from '../../../calls/signal.ts';
import type { Tracker } from '../../../calls/tracker/index.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { NewEvent } from '../../../model/event.ts';
import { createJudge, createSameness } from '../../number-policy.ts';
import { Pacing } from '../../pacing.ts';
import { type AmiAction, InvalidActionError } from '../ami/action.ts';
import type { ActionResult } from '../ami/pending.ts';
import type { AsteriskCommandsConfig, AsteriskConfig } from '../config.ts';
import { dialStringOf, expectedFacts, newChannelId, type OrderedChannel, originateAction } from './order-channel.ts';

export interface CommandParts {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: Random;
  readonly devicesOf: Tracker['devicesOf'];
  /** Connected, and told of everything there is. */
  readonly isUp: () => boolean;
  /** Milliseconds, by the clock that times the PBX's events. */
  readonly now: () => number;
  /** Tells the tracker, and hands on what follows; answers that. */
  readonly tell: (signal: Signal) => readonly NewEvent[];
  /** Whether the log has taken what was told so far. */
  readonly kept: () => Promise<boolean>;
  /** `onTaken` is called at the place in the PBX's stream where it says that it did what was asked; never if it does not. */
  readonly send: (action: AmiAction, onTaken?: () => void) => Promise<ActionResult>;
}

type Numbers = Pick<PhoneCommands, 'judge' | 'isSame'>;

const normalClearing = '16';

/** Null where the configuration allows no commands. */
export function createCommands(config: AsteriskConfig, parts: CommandParts): PhoneCommands | null {
  const { commands, extensions, country } = config;
  if (!commands || commands.context === null) return null;
  const { prefixes, notEmergency } = commands;
  const judge = createJudge({ extensions, country, prefixes, notEmergency });
  return new AsteriskCommands(commands, { judge, isSame: createSameness(country) }, parts);
}

class AsteriskCommands implements PhoneCommands {
  readonly judge: PhoneCommands['judge'];
  readonly isSame: PhoneCommands['isSame'];
  readonly #config: AsteriskCommandsConfig;
  readonly #parts: CommandParts;
  readonly #pacing: Pacing;

  constructor(config: AsteriskCommandsConfig, numbers: Numbers, parts: CommandParts) {
    this.#config = config;
    this.judge = numbers.judge;
    this.isSame = numbers.isSame;
    this.#parts = parts;
    this.#pacing = new Pacing(parts.clock, config.perMinute);
  }

  async originate(order: CallOrder, named: (callId: string) => Promise<void>): Promise<CommandResult> {
    if (!this.#parts.isUp()) return { kind: 'not_connected' };
    const at = this.#parts.now();
    const ordered = this.#channelFor(order, at);
    if (!ordered) return { kind: 'cannot', problem: noChannel(order) };
    const waitMs = this.#pacing.take();
    if (waitMs > 0) return { kind: 'too_many', waitMs };
    const callId = this.#begin(ordered, order, at);
    if (callId === null) return { kind: 'not_now', problem: 'as many calls are followed there as can be' };
    if (!(await this.#parts.kept())) return this.#callOff(ordered, { kind: 'log_full' });
    try {
      await named(callId);
    } catch (error) {
      this.#fail(ordered, 'failed');
      throw error;
    }
    if (!this.#parts.isUp()) return this.#callOff(ordered, { kind: 'not_connected' });
    return this.#ask(ordered, order);
  }

  async hangUp(callId: string): Promise<CommandResult> {
    const devices = this.#parts.devicesOf(callId);
    if (!this.#parts.isUp()) return { kind: 'not_connected' };
    if (!devices) return { kind: 'no_call' };
    if (devices.length === 0) return { kind: 'not_now', problem: 'its first phone has not been reached yet' };
    const results = await Promise.all(devices.map(({ channelId }) => this.#hangUpDevice(channelId)));
    // One that ended by itself meanwhile is no trouble where another was there to be ended.
    return results.find(({ kind }) => kind === 'taken') ?? results[0] ?? { kind: 'no_call' };
  }

  async transfer(callId: string, by: string, to: Destination): Promise<CommandResult> {
    const devices = this.#parts.devicesOf(callId);
    if (!this.#parts.isUp()) return { kind: 'not_connected' };
    if (!devices) return { kind: 'no_call' };
    const transferer = devices.find(({ extension, talks }) => extension === by && talks);
    if (!transferer) return { kind: 'not_now', problem: `${by} does not talk in it` };
    const target = { Context: this.#config.context ?? '', Exten: to.number };
    return this.#do({ name: 'BlindTransfer', headers: { Channel: transferer.channelId, ...target } });
  }

  #channelFor(order: CallOrder, at: number): OrderedChannel | null {
    const [first, second] = order.first === 'from' ? [order.from, order.to] : [order.to, order.from];
    const dialString = dialStringOf(this.#config, first);
    return dialString === null ? null : { id: newChannelId(at, this.#parts.random.next()), dialString, first, second };
  }

  /** Id of the call that began; null where it could not. */
  #begin(ordered: OrderedChannel, { from, to, origin }: CallOrder, at: number): string | null {
    const channel = expectedFacts(ordered, at);
    const ends = { from: from.number, to: to.number };
    const { dialString } = ordered;
    const told = this.#parts.tell({ kind: 'call.ordered', at, channel, dialString, ...ends, origin });
    return told.find(({ type }) => type === 'call.started')?.call?.id ?? null;
  }

  async #ask(ordered: OrderedChannel, order: CallOrder): Promise<CommandResult> {
    const result = await this.#do(originateAction(ordered, order, this.#config));
    return result.kind === 'refused' ? this.#callOff(ordered, result) : result;
  }

  #callOff(ordered: OrderedChannel, result: CommandResult): CommandResult {
    this.#fail(ordered, 'failed');
    return result;
  }

  #fail({ id }: OrderedChannel, status: DialStatus): void {
    this.#parts.tell({ kind: 'call.order_failed', at: this.#parts.now(), channelId: id, status });
  }

  #hangUpDevice(channelId: string): Promise<CommandResult> {
    const headers = { Channel: channelId, Cause: normalClearing };
    const onTaken = (): void => void this.#parts.tell({ kind: 'call.given_up', at: this.#parts.now(), channelId });
    return this.#do({ name: 'Hangup', headers }, onTaken);
  }

  async #do(action: AmiAction, onTaken?: () => void): Promise<CommandResult> {
    try {
      return outcomeOf(await this.#parts.send(action, onTaken));
    } catch (error) {
      if (error instanceof InvalidActionError) return { kind: 'refused', problem: error.message };
      throw error;
    }
  }
}

function outcomeOf(result: ActionResult): CommandResult {
  if (result.kind === 'ok') return { kind: 'taken' };
  if (result.kind === 'refused') return isGone(result.problem) ? { kind: 'no_call' } : result;
  return { kind: 'unknown' };
}

/** It ended just now, which its events are about to tell. */
const isGone = (problem: string): boolean => /^no such channel/i.test(problem);

function noChannel({ first, from, to }: CallOrder): string {
  const { kind } = first === 'from' ? from : to;
  const key = kind === 'extension' ? 'channel' : 'outside';
  return `it has no commands.${key}, by which to call ${kind === 'extension' ? 'an extension' : 'a number outside'} first`;
}
