/**
 * A manager interface that is always being connected to.
 *
 * States: **stopped** -> `start` -> **connecting** -> **ready** -> lost -> **waiting** (back-off) -> connecting … for ever.
 * `hold` closes the connection and waits for `resume` instead of a timer (**held**). A refusal (log-in, rights) waits minutes
 * and is logged as an error, each time: somebody has to act. A connection that did not stand for `stableMs` after
 * the reader had learnt what it asked for (`proved`) counts as one more failure, so that a server which drops us at once, or
 * never gives its picture, is not called twice a second.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { Logger } from '../../../kit/logger.ts';
import type { Random } from '../../../kit/random.ts';
import type { AmiAction } from './action.ts';
import { backoffMs, networkBackoff, refusedBackoff } from './backoff.ts';
import { AmiConnection, type AmiLoss, type AmiTimes, defaultTimes } from './connection.ts';
import type { AmiEndpoint } from './endpoint.ts';
import type { TakeFlaw } from './flaw.ts';
import type { AmiPacket } from './packet.ts';
import type { ActionResult } from './pending.ts';

export interface AmiClientParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly times?: AmiTimes;
}

export interface AmiClientListener {
  /** Logged in; events follow. */
  ready(): void;
  event(packet: AmiPacket): void;
  /** Something could not be read as it should be. */
  flaw?: TakeFlaw;
  /** The connection, or an attempt at one, failed; another follows in `retryMs` (null: not before `resume`). */
  lost(loss: AmiLoss, retryMs: number | null): void;
}

const stableMs = 10_000;
const defaultActionMs = 10_000;

export class AmiClient {
  readonly #endpoint: AmiEndpoint;
  readonly #parts: AmiClientParts;
  readonly #listener: AmiClientListener;
  #state: 'stopped' | 'connecting' | 'ready' | 'waiting' | 'held' = 'stopped';
  #connection: AmiConnection | null = null;
  #timer: Timer | null = null;
  #failures = 0;
  #provedSince: number | null = null;

  constructor(endpoint: AmiEndpoint, parts: AmiClientParts, listener: AmiClientListener) {
    this.#endpoint = endpoint;
    this.#parts = parts;
    this.#listener = listener;
  }

  start(): void {
    if (this.#state === 'stopped') this.#connect();
  }

  /** Lets go of the connection and of every timer; nothing is told any more. */
  stop(): void {
    this.#state = 'stopped';
    this.#timer?.cancel();
    this.#connection?.close({ kind: 'closed', problem: 'stopped' });
  }

  /** Closes the connection until `resume`: the one who reads can take no more for now. */
  hold(problem: string): void {
    if (this.#state === 'stopped' || this.#state === 'held') return;
    this.#state = 'held';
    this.#timer?.cancel();
    this.#connection?.close({ kind: 'closed', problem });
  }

  /** Ends the connection for a reason found by the one who reads; it is tried again as after any other loss. */
  drop(loss: AmiLoss): void {
    this.#connection?.close(loss);
  }

  /** The one who reads has learnt what it needs: from now on the connection is of use. */
  proved(): void {
    if (this.#state === 'ready') this.#provedSince ??= this.#parts.clock.monotonic();
  }

  resume(): void {
    if (this.#state === 'held') this.#connect();
  }

  /**
   * Sends an action and waits for its whole answer, list items included. Never rejects for what network or server do.
   * `onResponse` is called at the answer's place in the stream: events told before it happened before it.
   * @throws InvalidActionError where the action itself is malformed.
   */
  send(action: AmiAction, options: { timeoutMs?: number; onResponse?: () => void } = {}): Promise<ActionResult> {
    if (this.#state !== 'ready' || !this.#connection) {
      return Promise.resolve({ kind: 'lost', problem: 'not connected' });
    }
    return this.#connection.send(action, options.timeoutMs ?? defaultActionMs, options.onResponse);
  }

  #connect(): void {
    this.#state = 'connecting';
    const { clock, times } = this.#parts;
    const connection = new AmiConnection(clock, this.#endpoint, times ?? defaultTimes, {
      ready: () => this.#ready(),
      event: (packet) => this.#listener.event(packet),
      flaw: (flaw) => this.#listener.flaw?.(flaw),
      closed: (loss) => this.#closed(connection, loss),
    });
    this.#connection = connection;
  }

  #ready(): void {
    this.#state = 'ready';
    this.#provedSince = null;
    this.#listener.ready();
  }

  #closed(connection: AmiConnection, loss: AmiLoss): void {
    // A connection that was replaced already (held and resumed in one go) has nothing to say.
    if (this.#connection !== connection) return;
    this.#connection = null;
    if (this.#state === 'stopped') return;
    if (this.#state === 'held') return this.#listener.lost(loss, null);
    const since = this.#state === 'ready' ? this.#provedSince : null;
    const stable = since !== null && this.#parts.clock.monotonic() - since >= stableMs;
    this.#failures = stable ? 1 : this.#failures + 1;
    this.#waitAndRetry(loss);
  }

  #waitAndRetry(loss: AmiLoss): void {
    const refused = loss.kind === 'refused';
    const times = refused ? refusedBackoff : networkBackoff;
    const retryMs = backoffMs(times, this.#failures, this.#parts.random);
    this.#state = 'waiting';
    this.#timer = this.#parts.clock.schedule(retryMs, () => this.#connect());
    this.#report(loss, retryMs);
    this.#listener.lost(loss, retryMs);
  }

  /** Says it once per failure, loudly where only a person can help. The secret is in none of these fields. */
  #report(loss: AmiLoss, retryMs: number): void {
    const { host, port, username } = this.#endpoint;
    const fields = { host, port, username, kind: loss.kind, problem: loss.problem, retryMs, failures: this.#failures };
    if (loss.kind === 'refused')
      this.#parts.logger.error(fields, 'the PBX refuses us; its manager user has to be set right');
    else this.#parts.logger.warn(fields, 'the connection to the PBX is down');
  }
}
