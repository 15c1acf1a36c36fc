import type { StoredEvent } from '../../model/stored-event.ts';

interface Held {
  readonly event: StoredEvent;
  readonly characters: number;
}

/**
 * The newest events, so that whoever reads right behind the head does not need the reader thread. They are kept as text:
 * objects would be ten times as many, and live just long enough to be the most expensive kind of garbage. Bounded in events and in characters of their JSON; always a run of sequences without a hole.
 */
export class RecentEvents {
  readonly #mostEvents: number;
  readonly #mostCharacters: number;
  /** A ring: the event of a sequence lies at its remainder. */
  readonly #ring: (Held | undefined)[];
  /** The run held is first..last; none while first is larger. */
  #first = 1;
  #last = 0;
  #characters = 0;

  constructor(mostEvents = 1024, mostCharacters = 16 * 1024 * 1024) {
    this.#mostEvents = mostEvents;
    this.#mostCharacters = mostCharacters;
    this.#ring = Array.from({ length: mostEvents });
  }

  push(event: StoredEvent, characters: number): void {
    if (event.seq !== this.#last + 1) this.#startAt(event.seq);
    if (this.#last - this.#first + 1 === this.#mostEvents) this.#dropOldest();
    this.#ring[event.seq % this.#mostEvents] = { event, characters };
    this.#last = event.seq;
    this.#characters += characters;
    while (this.#characters > this.#mostCharacters) this.#dropOldest();
  }

  /** The event at this sequence, with the size of its JSON, if it is held. */
  at(seq: number): Held | null {
    if (seq < this.#first || seq > this.#last) return null;
    return this.#ring[seq % this.#mostEvents] ?? null;
  }

  /** Something was erased from an event; nothing is done where it is not held. */
  replaceText(seq: number, text: string): void {
    const held = this.at(seq);
    if (!held) return;
    this.#characters += text.length - held.characters;
    this.#ring[seq % this.#mostEvents] = { event: held.event.withText(text), characters: text.length };
  }

  dropUpTo(seq: number): void {
    while (this.#first <= Math.min(seq, this.#last)) this.#dropOldest();
  }

  #dropOldest(): void {
    const place = this.#first % this.#mostEvents;
    this.#characters -= this.#ring[place]?.characters ?? 0;
    this.#ring[place] = undefined;
    this.#first++;
  }

  #startAt(seq: number): void {
    this.dropUpTo(this.#last);
    this.#first = seq;
    this.#last = seq - 1;
  }
}
