/**
 * A checked syntax tree as nested functions. Every operation takes steps of the frame; where there are none left, the
 * evaluation ends as `tooCostly`. A failure is a value that each operation hands on, but `&&`, `||` and the
 * comprehensions do as CEL has it: what is decided by the other side stays decided.
 */
import type { Event } from '../../model/event.ts';
import { negated } from './arithmetic.ts';
import { binary } from './compile-binary.ts';
import { compileCall, compileMethod, type Scope } from './compile-call.ts';
import { constant, constantOf } from './constant.ts';
import { eventVariables } from './event-fields.ts';
import { type Evaluate, spend } from './frame.ts';
import type { Node } from './parse.ts';
import { entryOf, Failure, fromJson, kindOf, type MapKey, mapKey, tooCostly, type Value } from './value.ts';

export function compile(node: Node, scope: Scope): Evaluate {
  switch (node.op) {
    case 'value':
      return constant(node.args as Value);
    case 'id':
      return variable(node.args, node.start, scope);
    case '.':
      return selection(node, constant(node.args[1]), scope);
    case '[]':
      return selection(node, compile(node.args[1], scope), scope);
    case 'call':
      return compileCall(node, scope, compile);
    case 'rcall':
      return compileMethod(node, scope, compile);
    case 'list':
      return list(node.args.map((element) => compile(element, scope)));
    case 'map':
      return map(
        node.args.map(([key, value]) => [compile(key, scope), compile(value, scope)]),
        node.start,
      );
    case '?:':
      return choice(node.args, scope);
    case '||':
      return either(node.args, scope, true);
    case '&&':
      return either(node.args, scope, false);
    case '!_':
      return not(compile(node.args, scope), node.start);
    case '-_':
      return unary(compile(node.args, scope), (value) => negated(value, node.start));
    default:
      return binary(node, (inner) => compile(inner, scope));
  }
}

function variable(name: string, at: number, scope: Scope): Evaluate {
  const slot = scope.lastIndexOf(name);
  if (slot >= 0) return (frame) => frame.locals[slot] as Value;
  const read = eventVariables.get(name);
  if (!read) return constant(new Failure(`there is no variable ${name}`, at));
  return (frame) => read(frame.event as Event, frame.fields);
}

function unary(operand: Evaluate, run: (value: Exclude<Value, Failure>) => Value): Evaluate {
  return (frame) => {
    const value = operand(frame);
    if (value instanceof Failure) return value;
    return spend(frame, 1) ? run(value) : tooCostly;
  };
}

function not(operand: Evaluate, at: number): Evaluate {
  return unary(operand, (value) => (typeof value === 'boolean' ? !value : notBool('!', value, at)));
}

const notBool = (operator: string, value: Value, at: number): Failure =>
  new Failure(`${operator} needs true or false, not ${kindOf(value)}`, at);

type Selection = Extract<Node, { readonly op: '.' | '[]' }>;

/** `a.b` and `a[b]`: an element of a list or an entry of a map. */
function selection({ args: [owner], pos }: Selection, key: Evaluate, scope: Scope): Evaluate {
  const container = compile(owner, scope);
  const isNull = new Failure(`${owner.input.slice(owner.start, owner.end).slice(0, 100)} is null`, owner.start);
  return (frame) => {
    const whole = container(frame);
    if (whole instanceof Failure) return whole;
    const wanted = key(frame);
    if (wanted instanceof Failure) return wanted;
    if (!spend(frame, 1)) return tooCostly;
    return whole === null ? isNull : selected(whole, wanted, pos);
  };
}

function selected(whole: Value, wanted: Value, at: number): Value {
  if (Array.isArray(whole)) return elementOf(whole, wanted, at);
  if (kindOf(whole) !== 'map') return new Failure(`${kindOf(whole)} has no ${nameOf(wanted)}`, at);
  const value = entryOf(whole, wanted);
  return value === undefined ? new Failure(`there is no ${nameOf(wanted)}`, at) : value;
}

function elementOf(list: readonly unknown[], wanted: Value, at: number): Value {
  const index = mapKey(wanted);
  if (typeof index !== 'bigint') return new Failure('a list has elements by whole numbers', at);
  if (index < 0n || index >= list.length) return new Failure('the list has no such element', at);
  return fromJson(list[Number(index)]);
}

const nameOf = (key: Value): string => (typeof key === 'string' ? key.slice(0, 100) : 'such key');

function list(elements: readonly Evaluate[]): Evaluate {
  const fixed = elements.map(constantOf);
  if (fixed.every((value) => value !== undefined)) return constant(fixed);
  return (frame) => {
    if (!spend(frame, elements.length)) return tooCostly;
    const values: Value[] = [];
    for (const element of elements) {
      const value = element(frame);
      if (value instanceof Failure) return value;
      values.push(value);
    }
    return values;
  };
}

function map(entries: readonly (readonly Evaluate[])[], at: number): Evaluate {
  return (frame) => {
    if (!spend(frame, entries.length)) return tooCostly;
    const made = new Map<MapKey, Value>();
    for (const [keyOf, valueOf] of entries as readonly [Evaluate, Evaluate][]) {
      const key = keyOf(frame);
      const value = valueOf(frame);
      if (key instanceof Failure || value instanceof Failure) return key instanceof Failure ? key : value;
      const name = mapKey(key);
      if (!['string', 'bigint', 'boolean'].includes(typeof name)) return new Failure('this is no key of a map', at);
      if (made.has(name)) return new Failure('a key is there twice', at);
      made.set(name, value);
    }
    return made;
  };
}

function choice([condition, then, otherwise]: readonly [Node, Node, Node], scope: Scope): Evaluate {
  const [test, yes, no] = [compile(condition, scope), compile(then, scope), compile(otherwise, scope)];
  return (frame) => {
    const value = test(frame);
    if (value instanceof Failure) return value;
    if (!spend(frame, 1)) return tooCostly;
    if (typeof value !== 'boolean') return notBool('?', value, condition.start);
    return value ? yes(frame) : no(frame);
  };
}

/** `||` is decided by true, `&&` by false, on whichever side. */
function either([a, b]: readonly [Node, Node], scope: Scope, decisive: boolean): Evaluate {
  const [left, right] = [compile(a, scope), compile(b, scope)];
  const operator = decisive ? '||' : '&&';
  return (frame) => {
    const one = left(frame);
    if (one === decisive || one === tooCostly) return one;
    const other = right(frame);
    if (other === decisive || other === tooCostly) return other;
    if (!spend(frame, 1)) return tooCostly;
    if (one !== !decisive) return one instanceof Failure ? one : notBool(operator, one, a.start);
    return other === !decisive || other instanceof Failure ? other : notBool(operator, other, b.start);
  };
}
