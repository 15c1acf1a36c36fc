/**
 * One rendering, bounded twice: by what it does (parts rendered, characters and elements made), which is the same
 * every time, and by processor time as a fuse for what the library does not count. Not by the clock: a busy machine must
 * not make a good template fail.
 */
import { CaseTag, Context, defaultOperators, type Emitter, type Liquid, type Template, toValue } from 'liquidjs';
import { threadMs } from '../../kit/thread-time.ts';
import { templateLimits } from './catalog.ts';

export function render(engine: Liquid, parts: Template[], variables: Record<string, unknown>): string {
  const context = new Context(variables, engine.options, { sync: true }, { liquid: engine });
  context.renderLimit.check = createFuse();
  return String(engine.renderSync(parts, context));
}

/** Steps between two looks at the processor time, which take 1 µs each; a usual template has fewer. */
const lookEvery = 8;

/** To be called before each part. @throws Error when there has been enough */
function createFuse(): () => void {
  let steps = 0;
  let start = 0;
  return () => {
    if (++steps > templateLimits.steps) throw new Error(`it takes over ${templateLimits.steps} steps`);
    if (steps % lookEvery !== 0) return;
    if (steps === lookEvery) start = threadMs();
    else if (threadMs() - start > templateLimits.processorMs) throw new Error('it takes too much processor time');
  };
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
