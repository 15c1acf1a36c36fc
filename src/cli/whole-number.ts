import { WrongUse } from './failure.ts';

/** The value of an option that counts something: 1 or more. @throws WrongUse */
export function wholeNumber(option: string, text: string, what = 'count'): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (number < 1) throw new WrongUse(`${option}: ${text} is no ${what}`);
  return number;
}
