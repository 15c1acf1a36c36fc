export { createNumberReader, type NumberReader, type NumberReading } from './number-reader.ts';
export { numberFormats, rulesFor, type NumberFormat, type NumberRules } from './rules.ts';
export { countryOf } from './e164.ts';
