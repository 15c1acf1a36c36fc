/** A selection is versioned by sequence: the version in force at an event decides about it, now and when it is read again. */
import type { Selection, SelectionVersion } from '../../subscriptions/subscription.ts';

/** Where the events of a version go: an endpoint, and a side lane beside its own. */
type Way = Pick<SelectionVersion, 'endpoint' | 'lane'>;

/** The versions after an edit that takes effect behind `seq`. Those that decide only about what is trimmed go. */
export function nextVersions(
  versions: readonly SelectionVersion[],
  selection: Selection,
  { endpoint, lane }: Way,
  seq: number,
  floor: number,
): readonly SelectionVersion[] {
  const kept = versionsAbove(versions, floor);
  const newest = kept.at(-1);
  const staysHere = newest?.endpoint === endpoint && newest.lane === lane;
  if (newest && staysHere && sameSelection(newest, selection)) return kept;
  const earlier = kept.slice(0, -1);
  // A version that has not decided about any event yet is replaced, not ended.
  if (newest && newest.from <= seq) earlier.push({ ...newest, to: seq });
  const way = lane === undefined ? { endpoint } : { endpoint, lane };
  return [...earlier, { ...selection, ...way, from: seq + 1, to: null }];
}

/** Those that decide about something the log still has. */
export function versionsAbove(versions: readonly SelectionVersion[], floor: number): readonly SelectionVersion[] {
  return versions.filter(({ to }) => to === null || to > floor);
}

/** The same, but what goes through these endpoints' own lanes goes through side lanes. @param lanes by endpoint */
export function throughSideLanes(
  versions: readonly SelectionVersion[],
  lanes: ReadonlyMap<number, number>,
): readonly SelectionVersion[] {
  return versions.map((version) => {
    const lane = version.lane ?? lanes.get(version.endpoint);
    return lane === undefined ? version : { ...version, lane };
  });
}

function sameSelection(a: Selection, b: Selection): boolean {
  const facts = ({ enabled, scope, events, filter }: Selection): string =>
    JSON.stringify([enabled, scope.reseller, scope.domain, scope.user, scope.extension, [...events].sort(), filter]);
  return facts(a) === facts(b);
}
