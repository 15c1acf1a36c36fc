import { nearest } from '../../kit/nearest.ts';
import type { Checking } from './checking.ts';
import { EventFields } from './event-fields.ts';
import type { Frame } from './frame.ts';
import { accepts, type Overload } from './functions/function.ts';
import { functionNames, macroNames, overloadsOf } from './functions/index.ts';
import { filterLimits } from './limits.ts';
import type { Node } from './parse.ts';
import { any, called, type Shape, shapeOf } from './shape.ts';
import { Failure, Moment, type Value } from './value.ts';

type CallNode = Extract<Node, { readonly op: 'call' }>;
type MethodNode = Extract<Node, { readonly op: 'rcall' }>;

/** What other CEL systems have, and why it is not here. */
const missing: ReadonlyMap<string, readonly [message: string, remedy: string]> = new Map([
  [
    'matches',
    [
      'regular expressions are not there in filters: one text can keep them busy for minutes',
      'Use startsWith, endsWith, contains, in or ==; several with || and &&.',
    ],
  ],
  ['bind', ['cel.bind is not there in filters', 'Write the expression where it is needed.']],
  ['type', ['type() is not there in filters; type is the event’s type', "Write type == 'call.ended'."]],
  ['uint', ['unsigned numbers are not there in filters', 'Use int(…).']],
  ['bytes', ['bytes are not there in filters', 'Compare texts.']],
]);

export function checkCall(node: CallNode, checking: Checking): Shape {
  const [name, args] = node.args;
  if (name === 'has') return checkHas(node.start, args, checking);
  const shapes = args.map((arg) => checking.check(arg, checking));
  return resultOf(name, overloadsOf(name, false), args, shapes, node.start, checking);
}

export function checkMethod(node: MethodNode, checking: Checking): Shape {
  const [name, receiver, args] = node.args;
  const at = afterDot(node, receiver);
  if (name === 'bind' || name === 'matches') return unknown(name, at, checking);
  const whole = checking.check(receiver, checking);
  if (macroNames.includes(name)) return checkMacro(name, whole, args, at, checking);
  const shapes = [whole, ...args.map((arg) => checking.check(arg, checking))];
  return resultOf(name, overloadsOf(name, true), [receiver, ...args], shapes, at, checking);
}

/** Where the method's name begins. */
function afterDot(node: MethodNode, receiver: Node): number {
  const dot = node.input.indexOf('.', receiver.end);
  if (dot < 0) return node.start;
  const blank = /\S/.exec(node.input.slice(dot + 1));
  return dot + 1 + (blank?.index ?? 0);
}

function checkHas(start: number, [field, ...more]: readonly Node[], checking: Checking): Shape {
  if (field?.op === '.' && more.length === 0) checking.check(field, checking);
  else checking.wrong(field?.start ?? start, 'has() needs a field', 'Write it as in has(data.reason).');
  return shapeOf('bool');
}

function checkMacro(name: string, whole: Shape, args: readonly Node[], at: number, checking: Checking): Shape {
  const [variable, ...bodies] = args;
  const count = name === 'map' ? [1, 2] : [1];
  if (variable?.op !== 'id' || !count.includes(bodies.length)) {
    checking.wrong(at, `${name} needs a name and an expression`, `Write it as in extensions.${name}(e, e == '101').`);
    return any;
  }
  if (checking.depth >= filterLimits.comprehensions) {
    const message = `comprehensions are within each other over ${filterLimits.comprehensions} deep`;
    checking.wrong(at, message, 'Make it simpler, or make two subscriptions of it.');
    return any;
  }
  if (whole.kind !== 'list' && whole.kind !== 'map' && whole.kind !== 'any') {
    checking.wrong(at, `${called(whole)} has no elements to go through`, 'Only lists and objects have them.');
    return any;
  }
  const element = whole.kind === 'list' ? (whole.element ?? any) : whole.kind === 'map' ? shapeOf('string') : any;
  const inside = { ...checking, locals: new Map([...checking.locals, [variable.args, element]]) };
  const shapes = bodies.map((body) => checking.check(body, { ...inside, depth: checking.depth + 1 }));
  const asked = name === 'map' ? shapes.slice(0, -1) : shapes;
  for (const [index, shape] of asked.entries()) {
    if (shape.kind === 'bool' || shape.kind === 'any') continue;
    const message = `${name} needs true or false of each element, not ${called(shape)}`;
    checking.wrong((bodies[index] as Node).start, message, 'Compare it with something.');
  }
  if (name === 'map') return { kind: 'list', element: shapes.at(-1) ?? any };
  return name === 'filter' ? { kind: 'list', element } : shapeOf('bool');
}

function unknown(name: string, at: number, checking: Checking): Shape {
  const known = missing.get(name);
  const meant = nearest(name, functionNames);
  const remedy = meant === null ? `There are ${functionNames.join(', ')}.` : `Did you mean ${meant}?`;
  const [message, help] = known ?? [`there is no function ${JSON.stringify(name.slice(0, 100))}`, remedy];
  checking.wrong(at, message, help);
  return any;
}

function resultOf(
  name: string,
  overloads: readonly Overload[],
  nodes: readonly Node[],
  shapes: readonly Shape[],
  at: number,
  checking: Checking,
): Shape {
  const [first] = overloads;
  if (!first) {
    const other = overloadsOf(name, true)[0] ?? overloadsOf(name, false)[0];
    if (!other) return unknown(name, at, checking);
    checking.wrong(at, `${name} is not called like this`, `Write ${other.usage}.`);
    return other.returns;
  }
  const kinds = shapes.map(({ kind }) => kind);
  const fitting = overloads.filter((one) => accepts(one, kinds));
  const [one] = fitting;
  if (!one) {
    const usages = [...new Set(overloads.map(({ usage }) => usage))].join(' or ');
    checking.wrong(at, `${name} does not take ${shapes.map(called).join(', ') || 'nothing'}`, `Write ${usages}.`);
    return first.returns;
  }
  tryConstants(one, nodes, at, checking);
  return one.returns;
}

/** Texts that are written out can be tried at once: a zone nobody knows, a time that is none. */
function tryConstants(one: Overload, nodes: readonly Node[], at: number, checking: Checking): void {
  const args = nodes.map((node, index) => {
    // Any moment will do to see whether a zone is there.
    if (node.op !== 'value') return index === 0 && one.takes.length === 2 && isTime(one) ? new Moment(0) : undefined;
    return node.args as Value;
  });
  if (args.includes(undefined)) return;
  const frame: Frame = { event: null, fields: new EventFields(), left: filterLimits.steps, locals: [] };
  const value = one.run(frame, args as Value[], at);
  if (value instanceof Failure) checking.wrong(at, value.reason, `Write ${one.usage}.`);
}

const isTime = ({ takes }: Overload): boolean => takes[0]?.includes('timestamp') ?? false;
