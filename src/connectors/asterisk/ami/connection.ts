/**
 * One connection to a manager interface, from the dial to its end. It does not come back; see `client.ts` for that.
 *
 * States: **opening** (TCP, TLS) -> **greeting** (waiting for the banner) -> **logging in** -> **ready** -> **closed**.
 * Every state but ready and closed has `setupMs` to be left; in ready a ping that is not answered in `pingAnswerMs`
 * closes. Closed is final and is told once, with the reason.
 */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { type AmiAction, encodeAction } from './action.ts';
import { type AmiEndpoint, openSocket } from './endpoint.ts';
import type { TakeFlaw } from './flaw.ts';
import { logIn } from './login.ts';
import type { AmiPacket } from './packet.ts';
import { AmiParser } from './parser.ts';
import { type ActionResult, PendingActions } from './pending.ts';

export interface AmiTimes {
  /** From one state of the set-up to the next, milliseconds. */
  readonly setupMs: number;
  readonly pingEveryMs: number;
  readonly pingAnswerMs: number;
}

export const defaultTimes: AmiTimes = { setupMs: 10_000, pingEveryMs: 20_000, pingAnswerMs: 10_000 };

/** Why a connection ended. `refused`: the server won't have us, or not let us do what we must; a person has to act. */
export interface AmiLoss {
  readonly kind: 'network' | 'protocol' | 'refused' | 'closed';
  readonly problem: string;
}

export interface ConnectionListener {
  /** Logged in. Events follow; the first may come from the same chunk of bytes. */
  ready(): void;
  /** Every packet that answers none of our actions. */
  event(packet: AmiPacket): void;
  /** Something could not be read as it should be. */
  flaw?: TakeFlaw;
  /** Once, last. */
  closed(loss: AmiLoss): void;
}

/** Far more than fits into the chunk that brings the log-in's answer. */
const mostEarlyEvents = 10_000;
const mostEarlyBytes = 8_000_000;

export class AmiConnection {
  readonly #clock: Clock;
  readonly #endpoint: AmiEndpoint;
  readonly #times: AmiTimes;
  readonly #listener: ConnectionListener;
  readonly #pending: PendingActions;
  readonly #socket: Socket;
  readonly #parser: AmiParser;
  #state: 'opening' | 'greeting' | 'logging in' | 'ready' | 'closed' = 'opening';
  #timer: Timer;
  #actions = 0;
  /** Events that came in one chunk with the log-in's answer, before `ready` could be told. */
  #early: AmiPacket[] = [];
  #earlyBytes = 0;

  constructor(clock: Clock, endpoint: AmiEndpoint, times: AmiTimes, listener: ConnectionListener) {
    this.#clock = clock;
    this.#endpoint = endpoint;
    this.#times = times;
    this.#listener = listener;
    this.#pending = new PendingActions(clock);
    this.#parser = new AmiParser({
      banner: (line) => this.#greeted(line),
      packet: (packet) => this.#received(packet),
      violation: (problem) => this.#close({ kind: 'protocol', problem }),
      flaw: (flaw) => listener.flaw?.(flaw),
    });
    this.#timer = this.#limitSetUp('no connection');
    this.#socket = openSocket(endpoint, () => this.#opened());
    this.#listenToSocket();
  }

  /**
   * Sends an action and waits for its whole answer. Never rejects for what the network or the server does.
   * `onResponse` is called at the answer's place in the stream: events told before it happened before it.
   * @throws InvalidActionError where the action itself is malformed.
   */
  send(action: AmiAction, timeoutMs: number, onResponse?: () => void): Promise<ActionResult> {
    const actionId = action.id ?? `offhook-${++this.#actions}`;
    const bytes = encodeAction(action, actionId);
    if (this.#state === 'closed') return Promise.resolve({ kind: 'lost', problem: 'not connected' });
    const result = this.#pending.wait(actionId, timeoutMs, onResponse);
    this.#socket.write(bytes);
    return result;
  }

  /** Lets go of the connection, for that reason. A server that hangs can't hold it up. */
  close(loss: AmiLoss): void {
    this.#close(loss);
  }

  #listenToSocket(): void {
    this.#socket.on('data', (chunk: Buffer) => this.#parser.push(chunk));
    this.#socket.on('error', (error) => this.#close({ kind: 'network', problem: error.message }));
    this.#socket.on('end', () => this.#close({ kind: 'network', problem: 'the server closed the connection' }));
    this.#socket.on('close', () => this.#close({ kind: 'network', problem: 'the connection was closed' }));
  }

  #opened(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'greeting';
    this.#timer.cancel();
    this.#timer = this.#limitSetUp('no greeting');
  }

  #greeted(line: string): void {
    if (this.#state !== 'greeting') return;
    if (!/^[\w .-]*Call Manager\//i.test(line)) {
      return this.#close({ kind: 'protocol', problem: 'what answers there is no manager interface' });
    }
    this.#state = 'logging in';
    this.#timer.cancel();
    void this.#logIn();
  }

  async #logIn(): Promise<void> {
    const result = await logIn(this.#endpoint, (action) => this.send(action, this.#times.setupMs));
    if (this.#state !== 'logging in') return;
    if (result.kind === 'ok') return this.#becomeReady();
    const kind = result.kind === 'refused' ? 'refused' : 'network';
    const problem = kind === 'refused' ? `the log-in was refused: ${result.problem}` : result.problem;
    this.#close({ kind, problem });
  }

  #becomeReady(): void {
    this.#state = 'ready';
    this.#listener.ready();
    for (const packet of this.#early.splice(0)) this.#received(packet);
    this.#pingLater();
  }

  #received(packet: AmiPacket): void {
    if (this.#state === 'closed' || this.#pending.take(packet) || packet.event === null) return;
    if (this.#state === 'ready') return this.#listener.event(packet);
    this.#earlyBytes += packet.bytes;
    if (this.#early.push(packet) > mostEarlyEvents || this.#earlyBytes > mostEarlyBytes) {
      this.#close({ kind: 'protocol', problem: 'the server floods us before the log-in' });
    }
  }

  #pingLater(): void {
    if (this.#state !== 'ready') return;
    this.#timer = this.#clock.schedule(this.#times.pingEveryMs, () => void this.#ping());
  }

  async #ping(): Promise<void> {
    const result = await this.send({ name: 'Ping' }, this.#times.pingAnswerMs);
    if (result.kind === 'timeout') this.#close({ kind: 'network', problem: 'the server stopped answering' });
    this.#pingLater();
  }

  #limitSetUp(missing: string): Timer {
    const { setupMs } = this.#times;
    const expire = (): void => this.#close({ kind: 'network', problem: `${missing} within ${setupMs} ms` });
    return this.#clock.schedule(setupMs, expire);
  }

  #close(loss: AmiLoss): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#timer.cancel();
    this.#early = [];
    this.#socket.destroy();
    this.#pending.loseAll(loss.problem);
    this.#listener.closed(loss);
  }
}
