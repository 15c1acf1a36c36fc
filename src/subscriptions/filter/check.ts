/**
 * What can be known to be wrong before there is an event: names nobody knows, kinds that never fit, values that a field
 * never has. What depends on the event (`data`, null) is left to the evaluation.
 */
import { nearest } from '../../kit/nearest.ts';
import { checkCall, checkMethod } from './check-call.ts';
import { checkBinary } from './check-operators.ts';
import type { Checking, Found } from './checking.ts';
import { type Node, parse } from './parse.ts';
import { type FilterProblem, problemAt } from './problem.ts';
import { any, called, type Shape, shapeOf, variableShapes } from './shape.ts';
import { kindOf } from './value.ts';

const bool = shapeOf('bool');

export type Checked = { readonly ast: Node } | { readonly problem: FilterProblem };

/** Reads and checks a filter. @returns its tree, or the first thing wrong with it */
export function readFilter(source: string): Checked {
  const parsed = parse(source);
  if ('problem' in parsed) return parsed;
  const found: Found[] = [];
  const checking: Checking = {
    locals: new Map(),
    depth: 0,
    check,
    wrong: (at, message, remedy) => void found.push({ at, message, remedy }),
  };
  const shape = check(parsed.ast, checking);
  if (shape.kind !== 'bool' && shape.kind !== 'any') {
    const message = `it gives ${called(shape)}, and a filter says true or false`;
    checking.wrong(parsed.ast.start, message, "Compare it, as in call.direction == 'inbound'.");
  }
  const [first] = found.sort((a, b) => a.at - b.at);
  return first ? { problem: problemAt(source, first.at, first.message, first.remedy) } : parsed;
}

function check(node: Node, checking: Checking): Shape {
  switch (node.op) {
    case 'value':
      return literal(node, checking);
    case 'id':
      return variable(node.args, node.start, checking);
    case '.':
      return field(check(node.args[0], checking), node.args[1], node.pos, checking);
    case '[]':
      return element(node.args, checking);
    case 'call':
      return checkCall(node, checking);
    case 'rcall':
      return checkMethod(node, checking);
    case 'list':
      return listOf(node.args.map((one) => check(one, checking)));
    case 'map':
      for (const one of node.args.flat()) check(one, checking);
      return shapeOf('map');
    case '?:':
      return choice(node.args, checking);
    case '||':
    case '&&':
      for (const side of node.args) truth(side, node.op, checking);
      return bool;
    case '!_':
      truth(node.args, '!', checking);
      return bool;
    case '-_':
      return minus(node.args, node.start, checking);
    default:
      return checkBinary(node, checking);
  }
}

function literal(node: Extract<Node, { op: 'value' }>, checking: Checking): Shape {
  const value = node.args;
  if (typeof value === 'bigint' && value > 9_223_372_036_854_775_807n) {
    checking.wrong(node.start, 'the number is too large', 'Whole numbers have 64 bits.');
  }
  if (typeof value === 'object' && value !== null) {
    const remedy = 'Write a plain number or a text in quotes.';
    checking.wrong(node.start, 'unsigned numbers and bytes are not there in filters', remedy);
    return any;
  }
  return typeof value === 'string' ? { kind: 'string', values: [value] } : shapeOf(kindOf(value));
}

function variable(name: string, at: number, checking: Checking): Shape {
  const shape = checking.locals.get(name) ?? variableShapes.get(name);
  if (shape) return shape;
  const names = [...checking.locals.keys(), ...variableShapes.keys()];
  const inCall = ['call', 'leg'].find((owner) => variableShapes.get(owner)?.fields?.has(name));
  const meant = nearest(name, names) ?? (inCall === undefined ? null : `${inCall}.${name}`);
  const remedy = meant === null ? `An event has ${[...variableShapes.keys()].join(', ')}.` : `Did you mean ${meant}?`;
  checking.wrong(at, `there is no variable ${JSON.stringify(name.slice(0, 100))}`, remedy);
  return any;
}

function field(whole: Shape, name: string, at: number, checking: Checking): Shape {
  if (whole.kind === 'any' || (whole.kind === 'map' && !whole.fields)) return any;
  const shown = JSON.stringify(name.slice(0, 100));
  if (whole.kind !== 'map') {
    checking.wrong(at, `${called(whole)} has no field ${shown}`, 'Only objects have fields.');
    return any;
  }
  const shape = whole.fields?.get(name);
  if (shape) return shape;
  const names = [...(whole.fields?.keys() ?? [])];
  const meant = nearest(name, names);
  checking.wrong(at, `there is no field ${shown}`, meant ? `Did you mean ${meant}?` : `There are ${names.join(', ')}.`);
  return any;
}

function element([whole, key]: readonly [Node, Node], checking: Checking): Shape {
  const shape = check(whole, checking);
  const index = check(key, checking);
  if (shape.kind === 'map' && key.op === 'value' && typeof key.args === 'string') {
    return field(shape, key.args, key.start, checking);
  }
  if (shape.kind === 'list') {
    if (index.kind === 'number' || index.kind === 'any') return shape.element ?? any;
    checking.wrong(key.start, `a list has no element by ${called(index)}`, 'Elements are counted from 0.');
  } else if (shape.kind !== 'map' && shape.kind !== 'any') {
    checking.wrong(whole.start, `${called(shape)} has no elements`, 'Only lists and objects have them.');
  }
  return any;
}

function listOf(elements: readonly Shape[]): Shape {
  const [first] = elements;
  if (!first || elements.some(({ kind }) => kind !== first.kind)) return { kind: 'list', element: any };
  if (first.kind !== 'string') return { kind: 'list', element: { kind: first.kind } };
  const values = elements.flatMap((one) => one.values ?? []);
  const known = elements.every((one) => one.values !== undefined);
  return { kind: 'list', element: known ? { kind: 'string', values } : { kind: 'string' } };
}

function truth(node: Node, operator: string, checking: Checking): void {
  const shape = check(node, checking);
  if (shape.kind === 'bool' || shape.kind === 'any') return;
  checking.wrong(node.start, `${operator} needs true or false, not ${called(shape)}`, 'Compare it with something.');
}

function choice([condition, then, otherwise]: readonly [Node, Node, Node], checking: Checking): Shape {
  truth(condition, '?', checking);
  const [yes, no] = [check(then, checking), check(otherwise, checking)];
  return yes.kind === no.kind ? shapeOf(yes.kind) : any;
}

function minus(node: Node, at: number, checking: Checking): Shape {
  // The smallest number: its positive does not fit, and is no literal of its own.
  if (node.op === 'value' && node.args === 9_223_372_036_854_775_808n) return shapeOf('number');
  const shape = check(node, checking);
  if (shape.kind === 'number' || shape.kind === 'any') return shape;
  checking.wrong(at, `- has no meaning for ${called(shape)}`, 'Only numbers have a minus sign.');
  return any;
}
