/** A selection is versioned by sequence: the version in force at an event decides about it, now and when it is read again. */
import type { Selection, SelectionVersion } from '../subscriptions/subscription.ts';

/** The versions after an edit that takes effect behind `seq`. Those that decide only about what is trimmed go. */
export function nextVersions(
  versions: readonly SelectionVersion[],
  selection: Selection,
  endpoint: number,
  seq: number,
  floor: number,
): readonly SelectionVersion[] {
  const kept = versions.filter(({ to }) => to === null || to > floor);
  const newest = kept.at(-1);
  if (newest && newest.endpoint === endpoint && sameSelection(newest, selection)) return kept;
  const earlier = kept.slice(0, -1);
  // A version that has not decided about any event yet is replaced, not ended.
  if (newest && newest.from <= seq) earlier.push({ ...newest, to: seq });
  return [...earlier, { ...selection, endpoint, from: seq + 1, to: null }];
}

function sameSelection(a: Selection, b: Selection): boolean {
  const facts = ({ enabled, scope, events, filter }: Selection): string =>
    JSON.stringify([enabled, scope.reseller, scope.domain, scope.user, scope.extension, [...events].sort(), filter]);
  return facts(a) === facts(b);
}
