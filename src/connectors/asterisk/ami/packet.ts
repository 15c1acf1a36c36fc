/** One message of the Asterisk Manager Interface: headers in the order they came, names may repeat. */
export class AmiPacket {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Some of its bytes were dropped because a line was longer than the parser allows. */
  readonly truncated: boolean;
  readonly #first = new Map<string, string>();

  constructor(headers: readonly (readonly [string, string])[], truncated = false) {
    this.headers = headers;
    this.truncated = truncated;
    for (const [name, value] of headers) {
      const key = name.toLowerCase();
      if (!this.#first.has(key)) this.#first.set(key, value);
    }
  }

  /** The first value of a header, whatever its case; null where it is missing. */
  get(name: string): string | null {
    return this.#first.get(name.toLowerCase()) ?? null;
  }

  /** Like `get`, but null as well for the empty string and for the words with which Asterisk says "nothing". */
  known(name: string): string | null {
    const value = this.get(name);
    return value === null || value === '' || value === '<unknown>' || value === '(null)' ? null : value;
  }

  /** Every value of a header that repeats (`ChanVariable`, `Output`), in order. */
  all(name: string): readonly string[] {
    const key = name.toLowerCase();
    return this.headers.filter(([other]) => other.toLowerCase() === key).map(([, value]) => value);
  }

  /** Name of the event; null for a response. */
  get event(): string | null {
    return this.get('Event');
  }

  /** `Success`, `Error`, `Goodbye`; null for an event. */
  get response(): string | null {
    return this.get('Response');
  }

  get actionId(): string | null {
    return this.get('ActionID');
  }
}
