/** YAML as a tree that remembers where everything stands. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { ConfigProblem, Place } from './place.ts';

export type Raw =
  | { readonly kind: 'map'; readonly at: Place; readonly entries: ReadonlyMap<string, RawEntry> }
  | { readonly kind: 'list'; readonly at: Place; readonly items: readonly Raw[] }
  | { readonly kind: 'scalar'; readonly at: Place; readonly value: unknown };

interface RawEntry {
  readonly keyAt: Place;
  readonly value: Raw;
}

/** A configuration nests four deep; anything far beyond is a mistake or an attack on the stack. */
const deepest = 20;
const longest = 1_000_000;

type PlaceOf = (offset: number) => Place;

/** @returns the tree (null for an empty document) or what is wrong with the text. */
export function parseRaw(
  text: string,
  place: (line: number, column: number) => Place,
): { raw: Raw | null; problems: ConfigProblem[] } {
  if (text.length > longest)
    return { raw: null, problems: [wrong(place(1, 1), `is longer than ${longest} characters`)] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at: PlaceOf = (offset) => {
    const { line, col } = lines.linePos(offset);
    return place(Math.max(1, line), Math.max(1, col));
  };
  const problems = document.errors.map((error) => wrong(at(error.pos[0]), error.message));
  if (problems.length > 0) return { raw: null, problems };
  try {
    return { raw: document.contents ? toRaw(document.contents, document, at, 0) : null, problems: [] };
  } catch (error) {
    return { raw: null, problems: [wrong(place(1, 1), error instanceof Error ? error.message : 'cannot be read')] };
  }
}

const wrong = (place: Place, message: string): ConfigProblem => ({
  place,
  key: '',
  message: `not valid YAML: ${message.split('\n')[0] ?? ''}`,
  remedy: 'correct the text there (indentation is by spaces, a colon is followed by a space)',
});

function toRaw(node: Node, document: Document, at: PlaceOf, depth: number): Raw {
  if (depth > deepest) throw new Error(`nested more than ${deepest} deep`);
  const here = at(node.range?.[0] ?? 0);
  if (isAlias(node)) {
    const target = node.resolve(document);
    if (!target) throw new Error(`the alias *${node.source} has no anchor`);
    return toRaw(target, document, at, depth + 1);
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => toRaw(item as Node, document, at, depth + 1));
    return { kind: 'list', at: here, items };
  }
  if (isMap(node)) return { kind: 'map', at: here, entries: entriesOf(node.items as PairOfNodes[], here) };
  return { kind: 'scalar', at: here, value: isScalar(node) ? node.value : null };

  function entriesOf(pairs: readonly PairOfNodes[], mapAt: Place): Map<string, RawEntry> {
    const entries = new Map<string, RawEntry>();
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(key.value) : '?';
      const keyAt = at((key as Node | null)?.range?.[0] ?? 0);
      const raw: Raw = value ? toRaw(value, document, at, depth + 1) : { kind: 'scalar', at: mapAt, value: null };
      entries.set(name, { keyAt, value: raw });
    }
    return entries;
  }
}

interface PairOfNodes {
  readonly key: unknown;
  readonly value: Node | null;
}

/** The tree as plain values, where a setting takes a list. */
export function plain(raw: Raw): unknown {
  if (raw.kind === 'scalar') return raw.value;
  if (raw.kind === 'list') return raw.items.map(plain);
  return Object.fromEntries([...raw.entries].map(([name, entry]) => [name, plain(entry.value)]));
}
