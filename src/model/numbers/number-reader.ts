/**
 * Reading numbers as phone systems give them. In order: what stands around the number is taken off; words for "not
 * shown"; feature codes; listed extensions; emergency numbers; whatever looks internal; public numbers. Emergency
 * numbers come before the internal pattern, because `^[0-9]{3}$` must not swallow 911.
 */
import type { Party } from '../call.ts';
import { bareNumber, isAnonymous } from './clean.ts';
import { countryOf, publicNumber } from './e164.ts';
import { emergencyNumbersOf } from './emergency.ts';
import type { NumberRules } from './rules.ts';

export interface NumberReading {
  /** As the phone system gave it; null where it gave none. */
  readonly raw: string | null;
  /** What to show and match: E.164 where it is a public number, else the bare text; null where none is shown. */
  readonly number: string | null;
  readonly kind: Party['kind'];
  readonly e164: string | null;
  /** As written inside its own country; null where it is no public number. */
  readonly national: string | null;
  /** For people: international spelling of a public number, else the number, else `Anonymous`. */
  readonly display: string;
}

export interface NumberReader {
  /** Never throws, whatever the text. */
  read(raw: string | null): NumberReading;
  party(raw: string | null, name: string | null): Party;
}

/** An internal number is short: no pattern is tried on more than this, so that a bad one can't take long. */
const longestInternal = 64;
/** Readings kept: callers repeat, and parsing one number costs about 10 microseconds. */
const mostKept = 10_000;
const longestKept = 64;

export function createNumberReader(rules: NumberRules): NumberReader {
  const classify = classifier(rules);
  const kept = new Map<string, NumberReading>();
  const read = (raw: string | null): NumberReading => {
    if (raw === null) return hidden(null);
    const known = kept.get(raw);
    if (known) return known;
    const reading = classify(raw);
    if (kept.size >= mostKept) kept.clear();
    if (raw.length <= longestKept) kept.set(raw, reading);
    return reading;
  };
  return {
    read,
    party: (raw, name) => {
      const { number, kind } = read(raw);
      return { number, raw, name, kind };
    },
  };
}

function classifier(rules: NumberRules): (raw: string) => NumberReading {
  const country = countryOf(rules.defaultCountry);
  const emergency = rules.emergency ?? emergencyNumbersOf(country ?? '');
  const looksInternal = internalPattern(rules.internal);
  return (raw) => {
    const bare = bareNumber(raw);
    if (isAnonymous(bare)) return hidden(raw);
    if (/^[*#]/.test(bare)) return plain(raw, bare, 'feature');
    if (rules.extensions.has(bare)) return plain(raw, bare, 'internal');
    if (emergency.has(bare)) return plain(raw, bare, 'emergency');
    if (looksInternal(bare)) return plain(raw, bare, 'internal');
    const found = publicNumber(bare, country, rules.format);
    if (!found) return plain(raw, bare, 'external');
    return {
      raw,
      number: found.number,
      kind: 'external',
      e164: found.number,
      national: found.formatNational(),
      display: found.formatInternational(),
    };
  };
}

function internalPattern(pattern: RegExp | null): (bare: string) => boolean {
  if (!pattern) return () => false;
  // Without `g` and `y`, which make `test` remember where it stopped.
  const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return (bare) => bare.length <= longestInternal && stateless.test(bare);
}

const hidden = (raw: string | null): NumberReading => ({
  raw,
  number: null,
  kind: 'anonymous',
  e164: null,
  national: null,
  display: 'Anonymous',
});

const plain = (raw: string, number: string, kind: Party['kind']): NumberReading => ({
  raw,
  number,
  kind,
  e164: null,
  national: null,
  display: number,
});
