/**
 * Digits of the scripts that phone systems and people write numbers in: Western, Arabic, Persian, Devanagari, Bengali,
 * Thai and full-width ones.
 */
const zeros: readonly number[] = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];

/** The value of the digit at this place of a text; -1 where there is none. */
export function digitAt(text: string, place: number): number {
  const code = text.charCodeAt(place);
  if (code < 0x660) return code >= 48 && code <= 57 ? code - 48 : -1;
  for (const zero of zeros) if (code >= zero && code <= zero + 9) return code - zero;
  return -1;
}

/** Only its digits, as Western ones. */
export function digitsIn(text: string): string {
  let digits = '';
  for (let place = 0; place < text.length; place++) {
    const digit = digitAt(text, place);
    if (digit >= 0) digits += digit;
  }
  return digits;
}
