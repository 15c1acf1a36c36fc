/** One run over the places of the other system, one after the other: the vendors count requests, and there is no hurry. */
import type { RemoteRegistry, RemoteTrouble } from '../../model/remote-registry.ts';
import type { Completed } from './completed.ts';
import { type DesiredPlace, placeKey } from './desired.ts';
import type { PlacedToken, TokenKeeper } from './keeper.ts';
import { type PlaceOutcome, syncPlace } from './place-sync.ts';
import type { RunReport } from './report.ts';

export interface RunDeps {
  readonly registry: RemoteRegistry;
  readonly keeper: TokenKeeper;
  readonly completed: Completed;
  readonly urlBase: string;
  readonly now: () => number;
  readonly dryRun: boolean;
  readonly report: RunReport;
  /** Counted up by what is done; a dry run does nothing. */
  readonly figures: { added: number; removed: number; refused: number };
}

export interface RunEnd {
  /** Why it did not come to the end; null: it did. */
  readonly trouble: RemoteTrouble | null;
  /** Places are out of step for what may pass by itself. */
  readonly isPassing: boolean;
  /** Places have to be looked at again in some minutes. */
  readonly isUnsettled: boolean;
  /** Places that are in step now. */
  readonly inStep: number;
}

export const brokenOff: RunEnd = { trouble: null, isPassing: false, isUnsettled: false, inStep: 0 };

/** Places; of many somewhat more, since all that is completed is written each time. */
const saveEvery = (places: number): number => Math.max(25, Math.ceil(places / 20));

/** @param only keys of the places to look at; null: all there are, wanted or with tokens of ours */
export async function run(
  desired: ReadonlyMap<string, DesiredPlace>,
  only: ReadonlySet<string> | null,
  deps: RunDeps,
): Promise<RunEnd> {
  const { completed, report, keeper, dryRun } = deps;
  const tokens = keeper.all();
  const places = placesOf(desired, tokens, only);
  const byPlace = Map.groupBy(tokens, ({ place }) => placeKey(place));
  const hashes = new Set(tokens.map(({ hash }) => hash));
  const isIssued = (token: string): boolean => hashes.has(keeper.hash(token)) || keeper.wasMade(token);
  report.willLookAt(places.size);
  if (!dryRun) await begin(completed, places, only);
  const end = { ...brokenOff, looked: 0 };
  for (const [key, place] of places) {
    const outcome = await syncPlace(place, byPlace.get(key) ?? [], { ...deps, isIssued });
    report.add(outcome);
    end.isUnsettled ||= outcome.isUnsettled;
    end.isPassing ||= outcome.isPassing;
    if (!dryRun) {
      count(deps.figures, outcome);
      if (isInStep(outcome)) {
        completed.inStep(key, place);
        end.inStep++;
      }
      if (++end.looked % saveEvery(places.size) === 0) await completed.save();
    }
    if (outcome.trouble) return { ...end, trouble: outcome.trouble };
  }
  return end;
}

function count(figures: RunDeps['figures'], { added, removed, refused }: PlaceOutcome): void {
  figures.added += added;
  figures.removed += removed;
  figures.refused += refused;
}

const isInStep = ({ problem, trouble, isUnsettled }: PlaceOutcome): boolean =>
  problem === null && trouble === null && !isUnsettled;

/** Until a place is in step again, a start looks at it, whatever is wanted by then. */
async function begin(
  completed: Completed,
  places: ReadonlyMap<string, DesiredPlace>,
  only: ReadonlySet<string> | null,
): Promise<void> {
  for (const key of places.keys()) completed.outOfStep(key);
  for (const key of only ?? []) if (!places.has(key)) completed.forget(key);
  await completed.save();
}

function placesOf(
  desired: ReadonlyMap<string, DesiredPlace>,
  tokens: readonly PlacedToken[],
  only: ReadonlySet<string> | null,
): ReadonlyMap<string, DesiredPlace> {
  const all = new Map<string, DesiredPlace>();
  for (const { place, extension } of tokens) all.set(placeKey(place), { place, extension, events: [] });
  for (const [key, place] of desired) all.set(key, place);
  return only === null ? all : new Map([...all].filter(([key]) => only.has(key)));
}
