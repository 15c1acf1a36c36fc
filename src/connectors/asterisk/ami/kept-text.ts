import { longestText } from '../../../model/fields.ts';

/**
 * A text as it may be kept for as long as a call lasts: no longer than the model takes, so that how much memory a call
 * needs is not a PBX's to choose.
 */
export function keptText(text: string): string {
  return text.length <= longestText ? text : copyOf(text.slice(0, longestText));
}

/** A part of a text keeps the whole text in memory, which a copy does not. */
export function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
