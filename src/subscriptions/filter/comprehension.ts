/** `all`, `exists`, `exists_one`, `map` and `filter` over a list, or over the keys of a map. */
import { type Evaluate, type Frame, spend } from './frame.ts';
import { Failure, fromJson, keysOf, kindOf, tooCostly, type Value } from './value.ts';

export type Macro = 'all' | 'exists' | 'exists_one' | 'map' | 'filter';

/** What one comprehension does with its elements. `turn` evaluates a body for an element. */
type Loop = (elements: readonly unknown[], turn: (element: unknown, body: number) => Value, at: number) => Value;

/**
 * @param bodies the last one is what is asked or made of each element; `map` may have a condition before it
 * @param slot where the frame has the element
 */
export function comprehension(
  macro: Macro,
  range: Evaluate,
  bodies: readonly Evaluate[],
  slot: number,
  at: number,
): Evaluate {
  const loop = macro === 'map' && bodies.length === 2 ? chosenAndMapped : loops[macro];
  return (frame) => {
    const elements = elementsOf(frame, range(frame), at);
    if (!Array.isArray(elements)) return elements;
    const turn = (element: unknown, body: number): Value => {
      // Two steps: a turn costs more than an operation.
      if (!spend(frame, 2)) return tooCostly;
      frame.locals[slot] = fromJson(element);
      return (bodies[body] as Evaluate)(frame);
    };
    return loop(elements as readonly unknown[], turn, at);
  };
}

function elementsOf(frame: Frame, range: Value, at: number): readonly unknown[] | Failure {
  if (range instanceof Failure) return range;
  if (Array.isArray(range)) return range as readonly unknown[];
  if (kindOf(range) !== 'map') return new Failure(`${kindOf(range)} has no elements to go through`, at);
  const keys = keysOf(range);
  return spend(frame, keys.length) ? keys : tooCostly;
}

const notBool = (value: Value, at: number): Failure =>
  value instanceof Failure ? value : new Failure(`it needs true or false of each element, not ${kindOf(value)}`, at);

/** The first element that decides ends it; a failure counts only where none decides. */
function quantifier(decisive: boolean): Loop {
  return (elements, turn, at) => {
    let failure: Failure | null = null;
    for (const element of elements) {
      const value = turn(element, 0);
      if (value === decisive || value === tooCostly) return value;
      if (value !== !decisive) failure ??= notBool(value, at);
    }
    return failure ?? !decisive;
  };
}

const chosen: Loop = (elements, turn, at) => {
  const kept: unknown[] = [];
  for (const element of elements) {
    const value = turn(element, 0);
    if (typeof value !== 'boolean') return notBool(value, at);
    if (value) kept.push(element);
  }
  return kept;
};

const mapped: Loop = (elements, turn) => {
  const made: Value[] = [];
  for (const element of elements) {
    const value = turn(element, 0);
    if (value instanceof Failure) return value;
    made.push(value);
  }
  return made;
};

const chosenAndMapped: Loop = (elements, turn, at) => {
  const kept = chosen(elements, turn, at);
  return kept instanceof Failure ? kept : mapped(kept as readonly unknown[], (element) => turn(element, 1), at);
};

const loops: Readonly<Record<Macro, Loop>> = {
  all: quantifier(false),
  exists: quantifier(true),
  exists_one: (elements, turn, at) => {
    const kept = chosen(elements, turn, at);
    return kept instanceof Failure ? kept : (kept as readonly unknown[]).length === 1;
  },
  filter: chosen,
  map: mapped,
};
