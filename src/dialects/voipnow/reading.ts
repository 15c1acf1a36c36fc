/** Parameters by their vendor's names, in whichever case and spelling they came; and their values as what they mean. */
import { longestId, longestText } from '../../model/fields.ts';
import type { LegStatus } from '../../model/leg-status.ts';
import type { ReportedParty } from '../../model/report.ts';
import type { DecodeContext, DecodeDoubt } from '../decode.ts';
import { longestValue } from '../read-parameters.ts';
import { wordOf } from './status.ts';

/** Other spellings: of the KB article, of the integration guide's filter, and of its prose. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  CallerIDNum: ['CallerNum'],
  CallerIDName: ['CallerIDNam', 'CallerName'],
  CalledNumber: ['CalledNum'],
  CallStatus: ['Status'],
  Transfered: ['Transferred'],
};

const statusOf = new Map<string, LegStatus>(
  Object.entries(wordOf).map(([status, word]) => [word, status as LegStatus]),
);
/** An extension with the client's prefix before it (integration guide, filtering). */
const extended = /^([0-9]{3,6})\*([0-9]{2,4})$/;
const shortest = { seconds: 1e9, milliseconds: 1e12, microseconds: 1e15 };
const dayUs = 86_400_000_000;
const longestTalkUs = 30 * dayUs;

export class Reading {
  readonly doubts: DecodeDoubt[] = [];
  readonly #values: ReadonlyMap<string, string>;
  readonly #context: DecodeContext;

  constructor(values: ReadonlyMap<string, string>, context: DecodeContext) {
    this.#values = values;
    this.#context = context;
  }

  /** Each is told once, however often the field is read. */
  doubt(kind: DecodeDoubt['kind'], field: string): void {
    if (!this.doubts.some((one) => one.kind === kind && one.field === field)) this.doubts.push({ kind, field });
  }

  /** It contradicts its token by this field: told once of each post. */
  otherEvent(field: string): void {
    if (!this.doubts.some(({ kind }) => kind === 'other_event')) this.doubt('other_event', field);
  }

  /** Null where it is missing or empty; no longer than the model takes. */
  text(name: string): string | null {
    const whole = this.wholeText(name);
    if (whole === null || whole.length <= longestText) return whole;
    // One that was cut already was told of then.
    if (whole.length < longestValue) this.doubt('cut_line', name);
    return whole.slice(0, longestText).toWellFormed();
  }

  /** Likewise, as long as it came. */
  wholeText(name: string): string | null {
    for (const one of [name, ...(aliases[name] ?? [])]) {
      const value = this.#values.get(one.toLowerCase());
      if (value !== undefined && value !== '') return value;
    }
    return null;
  }

  /** One that can't be asked for is none. */
  recordingId(name: string): string | null {
    const id = this.text(name);
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (id === null || (id.length <= longestId && !/[\u0000-\u001f\u007f]/.test(id))) return id;
    this.doubt('unknown_value', name);
    return null;
  }

  isYes(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'yes';
  }

  /** The number of an extension, without what its vendor writes around it; null where it is missing. */
  extension(name: string): string | null {
    const value = this.text(name);
    return value === null ? null : this.#extensionIn(value.split('@')[0] as string).number;
  }

  party(number: string, name: string | null, extension: string): ReportedParty {
    const told = this.text(number) ?? this.text(extension)?.split('@')[0] ?? null;
    const shown = name === null ? null : this.text(name);
    if (told === null) return { number: null, name: shown, internal: false };
    return { ...this.#extensionIn(told), name: shown };
  }

  /** Of a hang-up. `UNKNOWN` is VoipNow's word for all that was not answered. */
  status(): LegStatus {
    const told = this.text('CallStatus')?.toUpperCase() ?? '';
    const status = statusOf.get(told);
    if (status === undefined && told !== 'UNKNOWN') this.doubt('unknown_value', 'CallStatus');
    return status ?? 'no_answer';
  }

  /** Microseconds since 1970. Whoever counts in seconds or milliseconds is understood as well. */
  time(name: string): number | null {
    const value = this.#digits(name);
    if (value === null) return null;
    const factor = value >= shortest.microseconds ? 1 : value >= shortest.milliseconds ? 1e3 : 1e6;
    const us = value * factor;
    const isLikely = value >= shortest.seconds && us <= this.#context.receivedAt * 1_000 + dayUs;
    if (!isLikely) this.doubt('unknown_value', name);
    return isLikely ? us : null;
  }

  microseconds(name: string): number | null {
    const value = this.#digits(name);
    if (value === null || value <= longestTalkUs) return value;
    this.doubt('unknown_value', name);
    return null;
  }

  #digits(name: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    if (/^[0-9]{1,16}$/.test(text)) return Number(text);
    this.doubt('unknown_value', name);
    return null;
  }

  /** `0003*210`, `0003210` or `210`, where there is such an extension; else a number outside. */
  #extensionIn(text: string): { readonly number: string; readonly internal: boolean } {
    const { recorded, extension } = this.#context;
    const [, prefix, short] = extended.exec(text) ?? [];
    if (prefix !== undefined && short !== undefined) {
      const known = recorded(short);
      const isOurs = known !== null && (known.prefix === null || known.prefix === prefix);
      return { number: isOurs ? short : text, internal: true };
    }
    if (text === extension || recorded(text) !== null) return { number: text, internal: true };
    const own = extension === null ? null : (recorded(extension)?.prefix ?? null);
    const rest = own !== null && text.startsWith(own) ? text.slice(own.length) : '';
    if (rest !== '' && (rest === extension || recorded(rest) !== null)) return { number: rest, internal: true };
    return { number: text, internal: false };
  }
}
