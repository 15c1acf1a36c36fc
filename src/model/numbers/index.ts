export { isDialledInFull } from './dialled.ts';
export { emergencyNumbersAnywhere, emergencyNumbersIn, emergencyServicesIn } from './emergency.ts';
export { numberReaders } from './by-domain.ts';
export { createNumberReader, type NumberReader } from './number-reader.ts';
export { rulesFor, type NumberFormat, type NumberRules } from './rules.ts';
