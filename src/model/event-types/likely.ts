import { closest } from '../../kit/nearest.ts';
import { eventTypes } from './names.ts';

export const families: readonly string[] = [...new Set(eventTypes.map((type) => type.slice(0, type.indexOf('.'))))];

const most = 3;

/** Words of a name, however it is written: `callRinging`, `CALL_RINGING`, `call.ringing`. */
const wordsOf = (name: string): readonly string[] =>
  name
    .slice(0, 100)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 2);

/**
 * Known types that an unknown one was probably meant to be, likeliest first: those that are written alike, else those
 * that share words with it, the last of which says most.
 */
export function likelyTypes(name: string, known: readonly string[] = eventTypes): readonly string[] {
  const alike = closest(name, known, most);
  if (alike.length > 0) return alike;
  const words = wordsOf(name);
  const scoreOf = (type: string): number => {
    const parts = wordsOf(type);
    return words.reduce((score, word, index) => score + (closest(word, parts, 1).length > 0 ? index + 1 : 0), 0);
  };
  return known
    .map((type) => ({ type, score: scoreOf(type) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, most)
    .map(({ type }) => type);
}
