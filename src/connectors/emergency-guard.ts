/**
 * Keeps software from dialling an emergency service, also by a number that only becomes one on its way: `9911` where 9
 * leads outside, `+112`, `0049112`. A number is taken apart as a phone system or a carrier may do it: what leads outside,
 * what begins a long-distance or international number, a country's code and each allowed beginning is taken off its front, a
 * few of them after each other, and nothing that is left may be an emergency number.
 *
 * Which numbers count differs with where one leads. Whatever looks like an extension is held against those of the own
 * country and the two that mobile networks take everywhere (112, 911): more would take too many extensions away (101 is
 * Ukraine's police). A number outside is held against those of all countries, and may not begin with one of the own
 * country's either (`emergency-beginning.ts`).
 */
import { createBeginningGuard } from './emergency-beginning.ts';
import { emergencyNumbersAnywhere, emergencyNumbersIn } from '../model/numbers/index.ts';

export interface EmergencyRules {
  readonly country: string;
  /** How numbers outside may begin. */
  readonly prefixes: readonly string[];
}

export interface EmergencyGuard {
  /** Whether this number, which looks like an extension, may reach an emergency service. */
  refusesExtension(number: string): boolean;
  /** Whether this number outside may. */
  refusesOutside(number: string): boolean;
}

/** What leads outside in most phone systems. */
const linesOut = ['0', '9'];
const mostLinesOut = 2;
/** What begins an international number; the code of a country follows, of one to three digits. */
const international = ['+', '00', '011'];
const longestCode = 3;
/**
 * What begins a long-distance call. No extension is tried without the 1 of North America, 1911 being one as good as any; but what
 * stands behind a line out is no extension any more.
 */
const longDistance = ['0', '1'];
/** The longest emergency number (10111) behind all that may stand before one: `9` `011` `353`. What is longer is somebody's own. */
const longestDisguised = 12;

export function createEmergencyGuard({ country, prefixes }: EmergencyRules): EmergencyGuard {
  const here = emergencyNumbersIn(country.toUpperCase());
  const anywhere = emergencyNumbersAnywhere();
  const ways = [...new Set([...linesOut, ...prefixes.flatMap(lineOutIn)])];
  const abroad = prefixes.filter((prefix) => international.some((head) => prefix.startsWith(head)));
  const beginsLikeOne = createBeginningGuard(country.toUpperCase(), ways);
  const others = prefixes.filter((prefix) => !abroad.includes(prefix));
  return {
    refusesExtension: (number) => leadsTo(here, readings([number], { ways, international, longDistance: [] })),
    refusesOutside: (number) =>
      beginsLikeOne(number) ||
      leadsTo(anywhere, [
        ...readings([number, ...withoutOne(others, number)], { ways, international, longDistance }),
        ...readings(withoutOne(abroad, number), { ways: [], international: [], longDistance }),
      ]),
  };
}

interface Heads {
  readonly ways: readonly string[];
  readonly international: readonly string[];
  readonly longDistance: readonly string[];
}

/** Where numbers outside may begin with 8, the 8 may be what leads outside. */
const lineOutIn = (prefix: string): readonly string[] => (/^[02-9]/.test(prefix) ? [prefix.slice(0, 1)] : []);

const leadsTo = (numbers: ReadonlySet<string>, read: readonly string[]): boolean =>
  read.some((one) => numbers.has(one));

/** What is left of numbers, by each way of reading them: line out, international and country, long distance. */
function readings(numbers: readonly string[], heads: Heads): readonly string[] {
  let taken = numbers.filter(({ length }) => length <= longestDisguised);
  const dialled = [...taken];
  const behindLine: string[] = [];
  for (let lines = 0; lines < mostLinesOut; lines++) {
    taken = taken.flatMap((one) => withoutOne(heads.ways, one));
    dialled.push(...taken);
    behindLine.push(...taken);
  }
  // Some dial an emergency number behind the international prefix without any country.
  const abroad = dialled.flatMap((one) => withoutOne(heads.international, one)).flatMap(withoutCode);
  const far = behindLine.flatMap((one) => withoutOne(longDistance, one));
  const all = [...dialled, ...abroad, ...far, ...far.flatMap((one) => withoutOne(longDistance, one))];
  return [...all, ...all.flatMap((one) => withoutOne(heads.longDistance, one))];
}

const withoutOne = (heads: readonly string[], number: string): readonly string[] =>
  heads.flatMap((head) => (number.startsWith(head) ? [number.slice(head.length)] : []));

const withoutCode = (number: string): readonly string[] =>
  Array.from({ length: longestCode + 1 }, (_, digits) => number.slice(digits));
