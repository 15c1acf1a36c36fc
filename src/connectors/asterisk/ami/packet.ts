import { type HeaderName, headerName } from './header-names.ts';
import { keptText } from './kept-text.ts';

export type Header = readonly [name: string, value: string];

/** One message of the Asterisk Manager Interface: headers in the order they came, names may repeat. */
export class AmiPacket {
  readonly headers: readonly Header[];
  /** Some of its bytes were dropped because a line was longer than the parser allows. */
  readonly truncated: boolean;
  /** How many bytes it had on the wire: what keeping it costs, about. */
  readonly bytes: number;
  /** First value of each header, by its name in lower case; made when it is first asked. */
  #first: Map<string, string> | null = null;

  constructor(headers: readonly Header[], truncated = false, bytes = 0) {
    this.headers = headers;
    this.truncated = truncated;
    this.bytes = bytes;
  }

  /**
   * The first value of a header, whatever its case; null where it is missing. Who asks for the same names in every packet
   * gives them as `headerName` does, which saves looking the name up.
   */
  get(name: string | HeaderName): string | null {
    const { lower } = typeof name === 'string' ? headerName(name) : name;
    return (this.#first ?? this.#index()).get(lower) ?? null;
  }

  /**
   * Like `get`, but null as well for the empty string and for the words with which Asterisk says "nothing"; and no longer
   * than what is kept of a call may be.
   */
  known(name: string | HeaderName): string | null {
    const value = this.get(name);
    return value === null || value === '' || value === '<unknown>' || value === '(null)' ? null : keptText(value);
  }

  /** Every value of a header that repeats (`ChanVariable`, `Output`), in order. */
  all(name: string): readonly string[] {
    const { lower } = headerName(name);
    if (!(this.#first ?? this.#index()).has(lower)) return [];
    return this.headers.filter(([other]) => headerName(other).lower === lower).map(([, value]) => value);
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

  #index(): Map<string, string> {
    const first = new Map<string, string>();
    for (const [name, value] of this.headers) {
      const { lower } = headerName(name);
      if (!first.has(lower)) first.set(lower, value);
    }
    this.#first = first;
    return first;
  }
}
