/** A sender whose outcomes can be waited for; it holds the sender to telling once, and not before `send` returns. */
import assert from 'node:assert/strict';
import type { Exchange, OutgoingRequest, Sender } from '../../src/delivery/sender/sender.ts';

export interface AskingSender {
  send(request: OutgoingRequest, signal?: AbortSignal): Promise<Exchange>;
  close(): Promise<void>;
}

export function asking(sender: Sender): AskingSender {
  return {
    send: (request, signal) =>
      new Promise((resolve) => {
        let returned = false;
        let told = false;
        const ended = (exchange: Exchange): void => {
          assert.ok(returned, 'told before `send` returned');
          assert.ok(!told, 'told twice');
          told = true;
          resolve(exchange);
        };
        sender.send(request, ended, signal);
        returned = true;
      }),
    close: () => sender.close(),
  };
}
