import {
  isSupportedCountry,
  parsePhoneNumberFromString,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/min';
import type { NumberFormat } from './rules.ts';

/** Longest E.164 number is 15 digits; the rest is room for prefixes and punctuation. */
const longestDialled = 40;
/** Digits of any script and what people write between them: letters and other signs make it no number. */
const dialable = /^[+\uff0b]?[\p{Nd}\s().\-\u2010-\u2015\u00b7/~]+$/u;
const onlyDigits = /^[0-9]+$/;

export function countryOf(code: string): CountryCode | undefined {
  const country = code.toUpperCase();
  return isSupportedCountry(country) ? country : undefined;
}

/**
 * The public number a dialled text means, or null where it can't be one: short and internal numbers never become
 * E.164. A reading that is valid wins over one that only has a possible length.
 */
export function publicNumber(bare: string, country: CountryCode | undefined, format: NumberFormat): PhoneNumber | null {
  if (bare.length > longestDialled || !dialable.test(bare)) return null;
  let possible: PhoneNumber | null = null;
  for (const candidate of candidates(bare, country, format)) {
    const parsed = parsePhoneNumberFromString(candidate, {
      ...(country && { defaultCountry: country }),
      extract: false,
    });
    if (!parsed?.isPossible()) continue;
    if (parsed.isValid()) return parsed;
    possible ??= parsed;
  }
  return possible;
}

/** Ways to read the text, likeliest first. */
function candidates(bare: string, country: CountryCode | undefined, format: NumberFormat): readonly string[] {
  if (!onlyDigits.test(bare)) return [bare];
  const withCode = bare.startsWith('00') ? `+${bare.slice(2)}` : `+${bare}`;
  if (format === 'e164-no-plus') return [withCode];
  if (country === undefined) return [withCode];
  return format === 'national' ? [bare] : [bare, withCode];
}
