/**
 * How digits without a leading `+` are meant where a number comes from: `e164-no-plus` (country code first),
 * `national`, or `auto` (national first, then with the country code, whichever can exist).
 */
export const numberFormats = ['auto', 'national', 'e164-no-plus'] as const;
export type NumberFormat = (typeof numberFormats)[number];

export interface NumberRules {
  /** ISO 3166 code of the country that national numbers belong to, such as `US`; an unknown one counts as none. */
  readonly defaultCountry: string;
  /** What an internal number looks like; null: only those listed are internal. */
  readonly internal: RegExp | null;
  /** Numbers known to be internal. */
  readonly extensions: ReadonlySet<string>;
  /** Emergency numbers; null: those of the default country. */
  readonly emergency: ReadonlySet<string> | null;
  readonly format: NumberFormat;
}

/** Rules of a system about which only the country is known. */
export function rulesFor(defaultCountry: string, changes: Partial<NumberRules> = {}): NumberRules {
  return { defaultCountry, internal: null, extensions: new Set(), emergency: null, format: 'auto', ...changes };
}
