import { type HeaderName, headerName, isSameName } from './header-names.ts';
import { keptText } from './kept-text.ts';

export type Header = readonly [name: string, value: string];

/** Headers in the order they came: the value of the n-th name is the n-th value. */
export interface HeaderTable {
  readonly names: HeaderName[];
  readonly values: string[];
}

/** One message of the Asterisk Manager Interface: headers in the order they came, names may repeat. */
export class AmiPacket {
  /** Some of its bytes were dropped because a line was longer than the parser allows. */
  readonly truncated: boolean;
  /** How many bytes it had on the wire: what keeping it costs, about. */
  readonly bytes: number;
  readonly #table: HeaderTable;

  constructor(headers: readonly Header[] | HeaderTable, truncated = false, bytes = 0) {
    this.#table = 'names' in headers ? headers : tableOf(headers);
    this.truncated = truncated;
    this.bytes = bytes;
  }

  get headers(): readonly Header[] {
    const { names, values } = this.#table;
    return names.map(({ text }, index) => [text, values[index] ?? '']);
  }

  /**
   * The first value of a header, whatever its case; null where it is missing. Who asks for the same names in every packet
   * gives them as `headerName` does, which saves looking the name up.
   */
  get(name: string | HeaderName): string | null {
    const { names, values } = this.#table;
    const sought = typeof name === 'string' ? headerName(name) : name;
    // Only some dozens: looking through them is faster than making an index for each packet.
    for (let index = 0; index < names.length; index++) {
      if (isSameName(names[index] as HeaderName, sought)) return values[index] ?? null;
    }
    return null;
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
  all(name: string | HeaderName): readonly string[] {
    const { names, values } = this.#table;
    const sought = typeof name === 'string' ? headerName(name) : name;
    const found: string[] = [];
    for (let index = 0; index < names.length; index++) {
      if (isSameName(names[index] as HeaderName, sought)) found.push(values[index] ?? '');
    }
    return found;
  }

  /** Name of the event; null for a response. */
  get event(): string | null {
    return this.get(eventName);
  }

  /** `Success`, `Error`, `Goodbye`; null for an event. */
  get response(): string | null {
    return this.get('Response');
  }

  get actionId(): string | null {
    return this.get('ActionID');
  }
}

const eventName = headerName('Event');

function tableOf(headers: readonly Header[]): HeaderTable {
  return { names: headers.map(([name]) => headerName(name)), values: headers.map(([, value]) => value) };
}
