/** What was last brought into step: so that a start, or a change of one extension, looks only at what differs from it. */
import type { DesiredPlace } from './desired.ts';

/** Where it is kept: a small text, durable when `save` resolves. */
export interface Memory {
  load(): Promise<string | null>;
  save(text: string): Promise<void>;
}

export class Completed {
  readonly #memory: Memory;
  /** What all of it depends on: where the other system is, where it sends to, and whether it is remembered rightly. */
  readonly #basis: string;
  /** Events by place. */
  #places = new Map<string, string>();
  #isChanged = false;

  constructor(memory: Memory, basis: string) {
    this.#memory = memory;
    this.#basis = basis;
  }

  async load(): Promise<void> {
    const kept = read(await this.#memory.load());
    this.#places = new Map(kept?.basis === this.#basis ? Object.entries(kept.places) : []);
  }

  async save(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    await this.#memory.save(JSON.stringify({ basis: this.#basis, places: Object.fromEntries(this.#places) }));
  }

  /**
   * Places that are not as they were, those that are no longer wanted among them.
   * @param used places that tokens of ours are for
   */
  differing(desired: ReadonlyMap<string, DesiredPlace>, used: Iterable<string>): ReadonlySet<string> {
    const changed = [...desired]
      .filter(([key, place]) => this.#places.get(key) !== eventsOf(place))
      .map(([key]) => key);
    const gone = [...this.#places.keys(), ...used].filter((key) => !desired.has(key));
    return new Set([...changed, ...gone]);
  }

  inStep(key: string, place: DesiredPlace): void {
    const events = eventsOf(place);
    if (events === '' ? !this.#places.has(key) : this.#places.get(key) === events) return;
    if (events === '') this.#places.delete(key);
    else this.#places.set(key, events);
    this.#isChanged = true;
  }

  /** It is not, or nobody knows: so before anything there is changed. */
  outOfStep(key: string): void {
    // Empty: differs from all that can be wanted, and from nothing being wanted too.
    if (this.#places.get(key) === '') return;
    this.#places.set(key, '');
    this.#isChanged = true;
  }

  /** Nothing is wanted there, and there is nothing of ours. */
  forget(key: string): void {
    if (this.#places.delete(key)) this.#isChanged = true;
  }
}

const eventsOf = ({ events }: DesiredPlace): string => events.toSorted().join(' ');

function read(text: string | null): { readonly basis: unknown; readonly places: Record<string, string> } | null {
  if (text === null) return null;
  try {
    const { basis, places } = JSON.parse(text) as { basis?: unknown; places?: unknown };
    return typeof places === 'object' && places !== null ? { basis, places: places as Record<string, string> } : null;
  } catch {
    return null;
  }
}
