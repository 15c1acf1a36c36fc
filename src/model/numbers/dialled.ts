/**
 * Whether digits are somebody's number from the first to the last, as a line in a country takes them. Such a number may begin
 * like a shorter one; others that do are that one with more behind it.
 */
import { parsePhoneNumberFromString, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';
import { countryOf } from './e164.ts';

/** @param country two capital letters; where it is not known, all digits are taken for international */
export function isDialledInFull(digits: string, country: string): boolean {
  const here = countryOf(country);
  const international = /^(?:\+|00)(.+)$/.exec(digits)?.[1];
  if (international !== undefined && read(`+${international}`)?.isPossible()) return true;
  return isNational(digits, read(digits, here), here) || isOwnWithCode(digits, here);
}

/**
 * Written as it is there: with the 0 before it that goes with a number of its own country, unless it is of a mobile phone.
 * What is before it counts as it stands: the reader forgives a 1 too many, and behind a 9 that makes it 911.
 */
function isNational(digits: string, number: PhoneNumber | undefined, here: CountryCode | undefined): boolean {
  if (!number?.isValid()) return false;
  if (here !== undefined && number.country !== here) return digits.endsWith(withCode(number));
  const isBareMobile = digits === number.nationalNumber && number.getType() === 'MOBILE';
  const asWritten = number.formatNational().replaceAll(/\D/g, '');
  return isBareMobile || digits === asWritten || digits === `0${number.nationalNumber}`;
}

/** With the country's code and no `+`. */
function isOwnWithCode(digits: string, here: CountryCode | undefined): boolean {
  const number = read(`+${digits}`);
  if (!number?.isValid() || withCode(number) !== digits) return false;
  return here === undefined || number.country === here;
}

const withCode = ({ number }: PhoneNumber): string => number.slice(1);

const read = (text: string, country?: CountryCode): PhoneNumber | undefined =>
  parsePhoneNumberFromString(text, { ...(country && { defaultCountry: country }), extract: false });
