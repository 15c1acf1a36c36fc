/** Functions, methods, `has` and the comprehensions, made ready. */
import { comprehension, type Macro } from './comprehension.ts';
import { constant, constantOf } from './constant.ts';
import { type Evaluate, spend } from './frame.ts';
import { acceptsValues, type Overload } from './functions/function.ts';
import { macroNames, overloadsOf } from './functions/index.ts';
import type { Node } from './parse.ts';
import { entryOf, Failure, kindOf, tooCostly, type Value } from './value.ts';

type CallNode = Extract<Node, { readonly op: 'call' }>;
type MethodNode = Extract<Node, { readonly op: 'rcall' }>;

/** Names of the variables of the comprehensions around a node, the outermost first. */
export type Scope = readonly string[];
export type Compile = (node: Node, scope: Scope) => Evaluate;

export function compileCall(node: CallNode, scope: Scope, compile: Compile): Evaluate {
  const [name, args] = node.args;
  if (name === 'has' && args[0]) return has(args[0], (inner) => compile(inner, scope));
  const ready = args.map((arg) => compile(arg, scope));
  return call(name, overloadsOf(name, false), ready, node.start);
}

export function compileMethod(node: MethodNode, scope: Scope, compile: Compile): Evaluate {
  const [name, receiver, args] = node.args;
  if (!macroNames.includes(name)) {
    const ready = [receiver, ...args].map((arg) => compile(arg, scope));
    return call(name, overloadsOf(name, true), ready, node.start);
  }
  const [variable, ...rest] = args;
  if (variable?.op !== 'id' || rest.length === 0) return constant(new Failure(`${name} is not complete`, node.start));
  const inside = [...scope, variable.args];
  const bodies = rest.map((one) => compile(one, inside));
  return comprehension(name as Macro, compile(receiver, scope), bodies, scope.length, node.start);
}

/** Whether an object has a field. Null has none, so that `has(call.queue)` may be asked of an event without a call. */
function has(node: Node, compile: (node: Node) => Evaluate): Evaluate {
  if (node.op !== '.') return constant(new Failure('has() needs a field, such as has(data.reason)', node.start));
  const [whole, field] = node.args;
  const container = compile(whole);
  return (frame) => {
    const value = container(frame);
    if (value instanceof Failure) return value;
    if (!spend(frame, 1)) return tooCostly;
    if (value === null) return false;
    if (kindOf(value) !== 'map') return new Failure(`has() looks into an object, not into ${kindOf(value)}`, node.pos);
    return entryOf(value, field) !== undefined;
  };
}

function call(name: string, overloads: readonly Overload[], args: readonly Evaluate[], at: number): Evaluate {
  const fitting = overloads.filter(({ takes }) => takes.length === args.length);
  const run: Evaluate = (frame) => {
    const values: Value[] = [];
    for (const arg of args) {
      const value = arg(frame);
      if (value instanceof Failure) return value;
      values.push(value);
    }
    if (!spend(frame, 1)) return tooCostly;
    for (const one of fitting) if (acceptsValues(one, values)) return one.run(frame, values, at);
    return new Failure(`${name} does not take ${values.map(kindOf).join(', ')}`, at);
  };
  return args.every((arg) => constantOf(arg) !== undefined) ? once(run) : run;
}

/** Of constants only: worked out at the first event, and the same for all that follow. */
function once(run: Evaluate): Evaluate {
  let known: Value | undefined;
  return (frame) => {
    if (known !== undefined) return known;
    const value = run(frame);
    if (value !== tooCostly) known = value;
    return value;
  };
}
