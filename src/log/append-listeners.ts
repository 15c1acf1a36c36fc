import type { Event } from '../model/event.ts';

type Listener<T> = (news: readonly T[]) => void;

/** A bug is not swallowed: it ends the process as any uncaught error does. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Who is told of newly durable events, or of erased ones. One that throws keeps neither the others nor the log from going on. */
export class AppendListeners<T = Event> {
  readonly #listeners = new Set<Listener<T>>();
  readonly #onBug: (error: unknown) => void;

  constructor(onBug = throwLater) {
    this.#onBug = onBug;
  }

  add(listener: Listener<T>): () => void {
    const own: Listener<T> = (news) => listener(news);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(news: readonly T[]): void {
    if (news.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(news);
      } catch (error) {
        this.#onBug(error);
      }
    }
  }
}
