import type { Node } from './parse.ts';
import type { Shape } from './shape.ts';

export interface Found {
  /** Offset in the source. */
  readonly at: number;
  readonly message: string;
  readonly remedy: string;
}

/** A check under way. */
export interface Checking {
  /** Variables of the comprehensions around. */
  readonly locals: ReadonlyMap<string, Shape>;
  /** Comprehensions around. */
  readonly depth: number;
  check(node: Node, checking: Checking): Shape;
  wrong(at: number, message: string, remedy: string): void;
}
