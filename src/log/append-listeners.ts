import type { Event } from '../model/event.ts';

type Listener = (events: readonly Event[]) => void;

/** A bug is not swallowed: it ends the process as any uncaught error does. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Who is told of newly durable events. One that throws keeps neither the others nor the log from going on. */
export class AppendListeners {
  readonly #listeners = new Set<Listener>();
  readonly #onBug: (error: unknown) => void;

  constructor(onBug = throwLater) {
    this.#onBug = onBug;
  }

  add(listener: Listener): () => void {
    const own: Listener = (events) => listener(events);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(events: readonly Event[]): void {
    if (events.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        this.#onBug(error);
      }
    }
  }
}
