/** Operators between two values, made ready. */
import { arithmetic, type ArithmeticOperator } from './arithmetic.ts';
import { equal, isIn, ordered, type OrderOperator } from './compare.ts';
import { constantOf } from './constant.ts';
import { type Evaluate, spend } from './frame.ts';
import type { Node } from './parse.ts';
import { Failure, tooCostly, type Value } from './value.ts';

type BinaryNode = Node & { readonly args: [Node, Node] };

export function binary(node: Node, compile: (node: Node) => Evaluate): Evaluate {
  const [a, b] = (node as BinaryNode).args;
  const [left, right] = [compile(a), compile(b)];
  const run = binaryOperator(node, constantOf(right));
  return (frame) => {
    const one = left(frame);
    if (one instanceof Failure) return one;
    const other = right(frame);
    if (other instanceof Failure) return other;
    return spend(frame, 1) ? run(frame, one, other) : tooCostly;
  };
}

type BinaryRun = (frame: Parameters<Evaluate>[0], a: Value, b: Value) => Value;

function binaryOperator({ op, start }: Node, right: Value | undefined): BinaryRun {
  if (op === '==') return (frame, a, b) => equal(frame, a, b, start);
  if (op === '!=') {
    return (frame, a, b) => {
      const same = equal(frame, a, b, start);
      return typeof same === 'boolean' ? !same : same;
    };
  }
  if (op === 'in') return inOperator(right, start);
  if (op === '+' || op === '-' || op === '*' || op === '/' || op === '%') {
    const operator: ArithmeticOperator = op;
    return (frame, a, b) => arithmetic(frame, operator, a, b, start);
  }
  return (frame, a, b) => ordered(frame, op as OrderOperator, a, b, start);
}

/** A written-out list of texts is looked up, not gone through. */
function inOperator(right: Value | undefined, at: number): BinaryRun {
  if (!Array.isArray(right) || !right.every((value) => typeof value === 'string')) {
    return (frame, a, b) => isIn(frame, a, b, at);
  }
  const known: ReadonlySet<unknown> = new Set(right);
  return (_frame, a) => known.has(a);
}
