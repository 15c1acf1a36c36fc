import type { Event } from '../model/event.ts';

type Listener = (events: readonly Event[]) => void;

/** Who is told of newly durable events. A listener that throws is a bug; the others are still told, and the log goes on. */
export class AppendListeners {
  readonly #listeners = new Set<Listener>();

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
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
