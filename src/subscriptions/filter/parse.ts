/** From a filter's text to its syntax tree. The library's parser; what it evaluates with has no bound, so ours does. */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { filterLimits } from './limits.ts';
import { type FilterProblem, problemAt } from './problem.ts';

export type Node = ASTNode;

const parser = new Environment({
  limits: {
    maxAstNodes: filterLimits.nodes,
    maxDepth: filterLimits.depth,
    maxListElements: filterLimits.elements,
    maxMapEntries: filterLimits.elements,
    maxCallArguments: filterLimits.callArguments,
  },
});

const howItLooks = "Write a CEL expression, such as call.direction == 'inbound'.";
const shorter = 'Make it simpler, or make two subscriptions of it.';

const limitWords: Readonly<Record<string, string>> = {
  maxAstNodes: `it has over ${filterLimits.nodes} parts`,
  maxDepth: `it has parts within each other over ${filterLimits.depth} deep`,
  maxListElements: `a list has over ${filterLimits.elements} elements`,
  maxMapEntries: `a map has over ${filterLimits.elements} entries`,
  maxCallArguments: `a function has over ${filterLimits.callArguments} arguments`,
};

export function parse(source: string): { readonly ast: Node } | { readonly problem: FilterProblem } {
  if (source.length > filterLimits.sourceLength) {
    const message = `it has over ${filterLimits.sourceLength} characters`;
    return { problem: problemAt(source, filterLimits.sourceLength, message, shorter) };
  }
  try {
    return { ast: parser.parse(source).ast };
  } catch (error) {
    return { problem: problemOf(source, error) };
  }
}

function problemOf(source: string, error: unknown): FilterProblem {
  if (!(error instanceof ParseError)) return problemAt(source, 0, 'it cannot be read', howItLooks);
  const { code, summary } = error;
  const at = Math.min(error.range?.start ?? 0, source.length);
  if (code === 'limit_exceeded') {
    const limit = /max\w+/.exec(summary)?.[0] ?? '';
    return problemAt(source, at, limitWords[limit] ?? summary, shorter);
  }
  if (source[at] === '=' && source[at + 1] !== '=') {
    return problemAt(source, at, 'a single "=" compares nothing', 'Write == to compare.');
  }
  if (at >= source.trimEnd().length) return problemAt(source, at, 'it ends too early', howItLooks);
  return problemAt(source, at, words(summary), howItLooks);
}

/** The library's message in the middle of a sentence. */
function words(summary: string): string {
  return summary.slice(0, 1).toLowerCase() + summary.slice(1, 200);
}
