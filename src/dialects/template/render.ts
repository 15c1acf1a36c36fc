/** One rendering within an allowance, and what the library does not count of it by itself. */
import { CaseTag, Context, defaultOperators, type Emitter, type Liquid, type Template, toValue } from 'liquidjs';
import type { Allowance } from './allowance.ts';

export function render(
  engine: Liquid,
  parts: Template[],
  variables: Record<string, unknown>,
  allowance: Allowance,
): string {
  const context = new Context(variables, engine.options, { sync: true }, { liquid: engine });
  context.renderLimit.check = () => allowance.step();
  context.memoryLimit.use = (count) => allowance.use(count);
  return String(engine.renderSync(parts, context));
}

type Operator = (left: unknown, right: unknown, context: Context) => ReturnType<(typeof defaultOperators)[string]>;

/** The library does not count what comparing looks at. */
function counted(name: string): Operator {
  const compare = defaultOperators[name] as Operator;
  return (left, right, context) => {
    context.memoryLimit.use(sizeOf(left) + sizeOf(right));
    return compare(left, right, context);
  };
}

/** Comparing an element takes as long as making several characters. */
const elementWeight = 8;

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Math.ceil(value.length / 64);
  return Array.isArray(value) ? value.length * elementWeight : 1;
}

export const operators = {
  ...defaultOperators,
  ...Object.fromEntries(['==', '!=', 'contains'].map((name) => [name, counted(name)])),
};

/** `case` compares too, and not by an operator. */
export class CountedCase extends CaseTag {
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const target: unknown = toValue(yield this.value.value(context, false));
    const count = this.branches.reduce((sum, { values }) => sum + values.length, 1);
    context.memoryLimit.use(sizeOf(target) * count);
    yield* super.render(context, emitter);
  }
}
