import { nearest } from '../../kit/nearest.ts';
import type { Checking } from './checking.ts';
import type { Node } from './parse.ts';
import { any, called, type Shape, shapeOf } from './shape.ts';
import type { Kind } from './value.ts';

type Binary = Extract<Node, { readonly args: [Node, Node] }>;

/** Operators between two values. */
export function checkBinary(node: Node, checking: Checking): Shape {
  const [a, b] = (node as Binary).args;
  const [left, right] = [checking.check(a, checking), checking.check(b, checking)];
  if (node.op === '==' || node.op === '!=') {
    comparable(left, right, node, checking);
    return shapeOf('bool');
  }
  if (node.op === 'in') {
    within(left, right, node, checking);
    return shapeOf('bool');
  }
  if ('+-*/%'.includes(node.op)) return sum(left, right, node, checking);
  if (left.kind !== 'any' && right.kind !== 'any' && (left.kind !== right.kind || !ordered.has(left.kind))) {
    const message = `${node.op} has no meaning for ${called(left)} and ${called(right)}`;
    checking.wrong(node.start, message, 'Compare numbers with numbers and texts with texts.');
  }
  return shapeOf('bool');
}

const ordered: ReadonlySet<Kind | 'any'> = new Set(['number', 'string', 'bool', 'timestamp', 'duration']);

/** Never equal: either side's kind, or a text that the field never has. */
function comparable(left: Shape, right: Shape, node: Node, checking: Checking): void {
  if ([left.kind, right.kind].some((kind) => kind === 'any' || kind === 'null')) return;
  if (left.kind !== right.kind) {
    const message = `${called(left)} never equals ${called(right)}`;
    checking.wrong(
      node.start,
      message,
      right.kind === 'number' ? 'Put quotes around a text.' : 'Compare like with like.',
    );
    return;
  }
  const [narrow, wide] = (left.values?.length ?? 0) > (right.values?.length ?? 0) ? [right, left] : [left, right];
  for (const value of narrow.values ?? []) known(value, wide, node, checking);
}

function known(value: string, field: Shape, node: Node, checking: Checking): void {
  if (!field.values || field.values.length < 2 || field.values.includes(value)) return;
  const meant = nearest(value, field.values);
  const all =
    field.values.length <= 20 ? `It is one of ${field.values.join(', ')}.` : 'The reference lists its values.';
  const shown = JSON.stringify(value.slice(0, 100));
  checking.wrong(node.start, `this is never ${shown}`, meant === null ? all : `Did you mean '${meant}'?`);
}

function within(value: Shape, container: Shape, node: Node, checking: Checking): void {
  const { kind, element } = container;
  if (kind === 'list' && element) {
    if (element.kind === 'string' && value.kind === 'string' && (value.values?.length ?? 0) > 1) {
      for (const one of element.values ?? []) known(one, value, node, checking);
    } else comparable(value, element.kind === 'string' ? shapeOf('string') : element, node, checking);
  } else if (kind !== 'map' && kind !== 'any' && kind !== 'list') {
    const remedy = kind === 'string' ? "For a part of a text write text.contains('part')." : 'Write a list: [1, 2].';
    checking.wrong(node.start, `in looks into a list, not into ${called(container)}`, remedy);
  }
}

function sum(left: Shape, right: Shape, node: Node, checking: Checking): Shape {
  if (left.kind === 'any' || right.kind === 'any') return any;
  const times = (kind: Kind | 'any'): boolean => kind === 'timestamp' || kind === 'duration';
  if (times(left.kind) && times(right.kind) && '+-'.includes(node.op)) return any;
  const same = left.kind === right.kind;
  if (same && left.kind === 'number') return shapeOf('number');
  if (same && node.op === '+' && left.kind === 'string') return shapeOf('string');
  if (same && node.op === '+' && left.kind === 'list') return { kind: 'list', element: any };
  const message = `${node.op} has no meaning for ${called(left)} and ${called(right)}`;
  checking.wrong(node.start, message, 'Make both the same first: string(…), int(…), double(…).');
  return any;
}
