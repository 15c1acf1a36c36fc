/** What a filter may cost. Its author may be anybody with a token, so every way to grow has an end here. */
export const filterLimits = {
  /** UTF-16 code units of source text. */
  sourceLength: 4000,
  /** Nodes of the syntax tree. */
  nodes: 1000,
  /** Parentheses, lists, calls and selections within each other. */
  depth: 40,
  /** Elements written out in one list or map. */
  elements: 1000,
  callArguments: 8,
  /** Comprehensions (`exists`, `all`, `map` …) within each other. */
  comprehensions: 3,
  /**
   * Steps of one evaluation: about one for each operation, each turn of a comprehension and each 64 characters looked
   * at. Loops in loops that use them up take 0.2 ms (benchmark `tenants`); a usual filter takes 2 to 10 steps.
   */
  steps: 10_000,
  /** Code units of a text that a filter makes. */
  madeText: 65_536,
  /** Lists and maps within each other that two values are compared through. */
  comparedDepth: 64,
} as const;
