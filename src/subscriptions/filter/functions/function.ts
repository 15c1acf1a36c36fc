import type { Frame } from '../frame.ts';
import type { Shape } from '../shape.ts';
import { Failure, type Kind, kindOf, type Value } from '../value.ts';

/** One way to call a function. */
export interface Overload {
  readonly name: string;
  /** Called as `first.name(rest)`. */
  readonly method: boolean;
  /** Of each argument, the first one's in front, the kinds it may have. */
  readonly takes: readonly (readonly Kind[])[];
  readonly returns: Shape;
  /** How it is written, for messages and the guide. */
  readonly usage: string;
  /** The arguments are of the kinds it takes. @param at offset in the source, for failures */
  run(frame: Frame, args: readonly Value[], at: number): Value;
}

/** Whether values of these kinds can be its arguments; `any` may be. */
export function accepts({ takes }: Overload, kinds: readonly (Kind | 'any')[]): boolean {
  return takes.length === kinds.length && takes.every((allowed, index) => fits(allowed, kinds[index] ?? 'any'));
}

const fits = (allowed: readonly Kind[], kind: Kind | 'any'): boolean => kind === 'any' || allowed.includes(kind);

/** Whether these values are what it takes. */
export function acceptsValues({ takes }: Overload, args: readonly Value[]): boolean {
  for (let index = 0; index < takes.length; index++) {
    if (!takes[index]?.includes(kindOf(args[index] as Value))) return false;
  }
  return true;
}

export const fail = (reason: string, at: number): Failure => new Failure(reason, at);
