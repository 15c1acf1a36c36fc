/**
 * Which numbers software may have called. A number is taken only as digits, with a `+` before them or without; what
 * people write between them is dropped. Extensions may be called, emergency numbers (`emergency-guard.ts`) and feature codes
 * never, and numbers outside only where they begin as the configuration allows: compared as they will be dialled, so that
 * nothing that is read differently further on slips through.
 */
import type { Destination, NumberRefusal } from '../calls/commands.ts';
import { createNumberReader, rulesFor } from '../model/numbers/index.ts';
import { createEmergencyGuard } from './emergency-guard.ts';

export interface NumberPolicy {
  /** Source of a regular expression that an extension's number matches. */
  readonly extensions: string;
  /** Country of the lines outside, two capital letters: its emergency numbers are no extensions. */
  readonly country: string;
  /** How numbers outside may begin. None: there is no way outside. */
  readonly prefixes: readonly string[];
  /** Extensions that look like an emergency number, or a way to one, and are neither. */
  readonly notEmergency?: readonly string[];
}

const longest = 32;
/** Far more than a number with what is written around it. */
const longestText = 64;

export function createJudge(policy: NumberPolicy): (text: string) => Destination | NumberRefusal {
  // As a whole: a pattern without ends would make extensions of numbers outside.
  const isExtension = new RegExp(`^(?:${policy.extensions})$`);
  const guard = createEmergencyGuard(policy);
  const known = new Set(policy.notEmergency);
  return (text) => {
    const number = text.length > longestText ? '' : text.replaceAll(/[ ()./-]/g, '');
    if (!/^\+?[0-9]+$/.test(number) || number.length > longest) {
      return {
        kind: 'no_number',
        problem: `is no number of at most ${longest} digits, with or without a + before them`,
      };
    }
    if (isExtension.test(number)) {
      // What looks like an extension may be an emergency number all the same.
      return known.has(number) || !guard.refusesExtension(number) ? { kind: 'extension', number } : emergency;
    }
    if (guard.refusesOutside(number)) return emergency;
    if (policy.prefixes.some((prefix) => number.startsWith(prefix))) return { kind: 'outside', number };
    return notAllowed;
  };
}

/** Whether two numbers are one: `+12157010680`, `12157010680` and `2157010680` are in the US. */
export function createSameness(country: string): (one: Destination, other: Destination) => boolean {
  const reader = createNumberReader(rulesFor(country));
  const meant = ({ number }: Destination): string | null => reader.read(number).number;
  return (one, other) => meant(one) === meant(other);
}

const emergency: NumberRefusal = {
  kind: 'not_allowed',
  problem: 'is an emergency number, or may be led to one',
  remedy:
    'Emergency numbers are for people to dial. Where it is an extension of yours, name it in the phone system’s `commands.notEmergency`; where it is somebody’s number that only begins like one, write it with + and the code of its country.',
};

const notAllowed: NumberRefusal = {
  kind: 'not_allowed',
  problem: 'does not begin as numbers must that software may have called here',
  remedy: 'The phone system’s `commands.prefixes` in the configuration say how numbers outside may begin.',
};
