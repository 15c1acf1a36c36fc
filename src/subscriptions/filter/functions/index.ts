import type { Overload } from './function.ts';
import { conversions } from './conversions.ts';
import { textFunctions } from './texts.ts';
import { timeFunctions } from './times.ts';

const all: readonly Overload[] = [...textFunctions, ...conversions, ...timeFunctions];

/** The ways to call a function of this name. */
export function overloadsOf(name: string, method: boolean): readonly Overload[] {
  return all.filter((one) => one.method === method && one.name === name);
}

/** The comprehensions and `has`, which are not functions of values. */
export const macroNames: readonly string[] = ['all', 'exists', 'exists_one', 'map', 'filter'];

export const functionNames: readonly string[] = [...new Set(all.map(({ name }) => name)), ...macroNames, 'has'];
