import type { Subscription } from './subscription.ts';

/** Subscriptions by the extension that they are made for; those for more than one extension are not among them. */
export class ByExtension {
  readonly #places = new Map<string, Map<number, Subscription>>();

  /** In the order they came. */
  at(domain: string, extension: string): Iterable<Subscription> {
    return this.#places.get(keyOf(domain, extension))?.values() ?? [];
  }

  add(subscription: Subscription): void {
    const { domain, extension } = subscription.selection.scope;
    if (domain === '*' || extension === '*') return;
    const key = keyOf(domain, extension);
    const place = this.#places.get(key) ?? new Map<number, Subscription>();
    this.#places.set(key, place.set(subscription.number, subscription));
  }

  remove({ number, selection }: Subscription): void {
    const key = keyOf(selection.scope.domain, selection.scope.extension);
    const place = this.#places.get(key);
    place?.delete(number);
    if (place?.size === 0) this.#places.delete(key);
  }
}

const keyOf = (domain: string, extension: string): string => `${domain}\u0000${extension}`;
