import type { Evaluate } from './frame.ts';
import type { Value } from './value.ts';

export const constant = (value: Value): Evaluate => Object.assign(() => value, { constant: value });

/** What a node always is; undefined where that depends on the event. */
export function constantOf(evaluate: Evaluate): Value | undefined {
  return 'constant' in evaluate ? (evaluate.constant as Value) : undefined;
}
