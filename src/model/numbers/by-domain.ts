import { createNumberReader, type NumberReader } from './number-reader.ts';
import { rulesFor } from './rules.ts';

/** A reader for each country, made when a domain there is first asked about. */
export function numberReaders(countryOf: (domain: string) => string): (domain: string) => NumberReader {
  const readers = new Map<string, NumberReader>();
  return (domain) => {
    const country = countryOf(domain);
    const known = readers.get(country);
    if (known) return known;
    const reader = createNumberReader(rulesFor(country));
    readers.set(country, reader);
    return reader;
  };
}
