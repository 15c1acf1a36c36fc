/**
 * Actions whose answer is on its way. An answer is one response, or a response with `EventList: start`, its items (events
 * with our ActionID) and an event with `EventList: Complete`.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { AmiPacket } from './packet.ts';

export type ActionResult =
  | { readonly kind: 'ok'; readonly response: AmiPacket; readonly items: readonly AmiPacket[] }
  /** The server said no; `problem` is its own message. */
  | { readonly kind: 'refused'; readonly problem: string }
  /** No complete answer in time. The action may or may not have been carried out. */
  | { readonly kind: 'timeout'; readonly problem: string }
  /** The connection ended first, or there is none. */
  | { readonly kind: 'lost'; readonly problem: string };

interface Waiting {
  readonly resolve: (result: ActionResult) => void;
  readonly timer: Timer;
  readonly onResponse: (() => void) | undefined;
  response: AmiPacket | null;
  readonly items: AmiPacket[];
  /** Of the items. */
  bytes: number;
}

/** A PBX that lists more is not one PBX; the list would only fill memory. */
const mostItems = 200_000;
const mostItemBytes = 128_000_000;

export class PendingActions {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves, never rejects. `onResponse` is called at once when the response (a list's start) is taken. */
  wait(actionId: string, timeoutMs: number, onResponse?: () => void): Promise<ActionResult> {
    return new Promise((resolve) => {
      const expire = (): void => this.#settle(actionId, { kind: 'timeout', problem: `no answer in ${timeoutMs} ms` });
      this.#waiting.set(actionId, {
        resolve,
        timer: this.#clock.schedule(timeoutMs, expire),
        onResponse,
        response: null,
        items: [],
        bytes: 0,
      });
    });
  }

  /** Takes a packet that answers a pending action; false when it is none's. */
  take(packet: AmiPacket): boolean {
    if (this.#waiting.size === 0) return false;
    const actionId = packet.actionId;
    const waiting = actionId === null ? undefined : this.#waiting.get(actionId);
    if (actionId === null || !waiting) return false;
    // What an action leads to may be told before its response, and is no item of a list that has not begun.
    if (packet.event !== null && waiting.response === null) return false;
    if (packet.response === null) this.#takeItem(actionId, waiting, packet);
    else this.#takeResponse(actionId, waiting, packet);
    return true;
  }

  /** The connection is gone: nothing will be answered. */
  loseAll(problem: string): void {
    for (const actionId of this.#waiting.keys()) this.#settle(actionId, { kind: 'lost', problem });
  }

  #takeResponse(actionId: string, waiting: Waiting, packet: AmiPacket): void {
    if (packet.response === 'Error') {
      return this.#settle(actionId, { kind: 'refused', problem: packet.known('Message') ?? 'no reason given' });
    }
    waiting.response = packet;
    waiting.onResponse?.();
    if (packet.get('EventList')?.toLowerCase() !== 'start') this.#complete(actionId, waiting);
  }

  #takeItem(actionId: string, waiting: Waiting, packet: AmiPacket): void {
    const list = packet.get('EventList')?.toLowerCase();
    if (list === 'complete') return this.#complete(actionId, waiting);
    if (list === 'cancelled')
      return this.#settle(actionId, { kind: 'refused', problem: 'the server cut the list off' });
    waiting.items.push(packet);
    waiting.bytes += packet.bytes;
    if (waiting.items.length > mostItems || waiting.bytes > mostItemBytes)
      this.#settle(actionId, { kind: 'refused', problem: 'the list is too long' });
  }

  #complete(actionId: string, waiting: Waiting): void {
    const { response, items } = waiting;
    if (response) this.#settle(actionId, { kind: 'ok', response, items });
  }

  #settle(actionId: string, result: ActionResult): void {
    const waiting = this.#waiting.get(actionId);
    if (!waiting) return;
    this.#waiting.delete(actionId);
    waiting.timer.cancel();
    waiting.resolve(result);
  }
}
