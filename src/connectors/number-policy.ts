/**
 * Which numbers software may have called. A number is taken only as digits, with a `+` before them or without; what
 * people write between them is dropped. Extensions may be called, emergency numbers and feature codes never, and numbers
 * outside only where they begin as the configuration allows: compared as they will be dialled, so that nothing that is
 * read differently further on slips through.
 */
import type { Destination, NumberRefusal } from '../calls/commands.ts';
import { createNumberReader, rulesFor } from '../model/numbers/index.ts';

export interface NumberPolicy {
  /** Source of a regular expression that an extension's number matches. */
  readonly extensions: string;
  /** Country of emergency numbers, two capital letters. */
  readonly country: string;
  /** How numbers outside may begin. None: there is no way outside. */
  readonly prefixes: readonly string[];
}

const longest = 32;
/** Far more than a number with what is written around it. */
const longestText = 64;

export function createJudge(policy: NumberPolicy): (text: string) => Destination | NumberRefusal {
  // As a whole: a pattern without ends would make extensions of numbers outside.
  const isExtension = new RegExp(`^(?:${policy.extensions})$`);
  // What looks like an extension may be an emergency number all the same.
  const reader = createNumberReader(rulesFor(policy.country, { internal: isExtension }));
  return (text) => {
    const number = text.length > longestText ? '' : text.replaceAll(/[ ()./-]/g, '');
    if (!/^\+?[0-9]+$/.test(number) || number.length > longest) {
      return {
        kind: 'no_number',
        problem: `is no number of at most ${longest} digits, with or without a + before them`,
      };
    }
    if (reader.read(number.replace('+', '')).kind === 'emergency') return emergency;
    if (isExtension.test(number)) return { kind: 'extension', number };
    if (policy.prefixes.some((prefix) => number.startsWith(prefix))) return { kind: 'outside', number };
    return notAllowed;
  };
}

const emergency: NumberRefusal = {
  kind: 'not_allowed',
  problem: 'is an emergency number',
  remedy: 'Emergency numbers are for people to dial.',
};

const notAllowed: NumberRefusal = {
  kind: 'not_allowed',
  problem: 'does not begin as numbers must that software may have called here',
  remedy: 'The phone system’s `commands.prefixes` in the configuration say how numbers outside may begin.',
};
