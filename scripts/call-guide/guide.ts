/** The whole guide: every file of it as it should be, from its pages as they are. */
import { drawing } from './drawing.ts';
import { placesIn, problemsOf, withStories } from './page.ts';
import { withLists } from './overview.ts';
import type { Story } from './story.ts';

export const firstPage = 'README.md';

/** The pages in the order they are read; the first page comes before them. */
const order = [
  'two-parties.md',
  'holding.md',
  'not-answered.md',
  'machines.md',
  'forwards.md',
  'transfers.md',
  'queues.md',
  'parking.md',
  'rooms.md',
  'recordings.md',
  'lost-connection.md',
];

export interface Guide {
  /** Text by file name, drawings included. */
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** @param written the pages as they are now, by file name */
export function makeGuide(stories: readonly Story[], written: ReadonlyMap<string, string>): Guide {
  const byName = new Map(stories.map((story) => [story.name, story]));
  const names = [...written.keys()].filter((name) => name !== firstPage);
  const sorted = names.toSorted((one, other) => placeOf(one) - placeOf(other) || (one < other ? -1 : 1));
  const pages = new Map(sorted.map((name) => [name, withStories(written.get(name) ?? '', byName)]));
  const first = withLists(written.get(firstPage) ?? '', pages, byName);
  const drawings = stories.flatMap((story) =>
    story.events.length === 0 ? [] : [[`${story.name}.svg`, drawing(story)] as const],
  );
  return {
    files: new Map([[firstPage, first], ...pages, ...drawings]),
    problems: [...problemsIn(pages, byName), ...missing(pages, stories)],
  };
}

const placeOf = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

const problemsIn = (pages: ReadonlyMap<string, string>, stories: ReadonlyMap<string, Story>): readonly string[] =>
  [...pages].flatMap(([name, page]) => problemsOf(page, stories).map((problem) => `${name}: ${problem}`));

/** Every scenario is recorded, and has its place, and only one. */
function missing(pages: ReadonlyMap<string, string>, stories: readonly Story[]): readonly string[] {
  const placed = [...pages.values()].flatMap((page) => placesIn(page).map(({ name }) => name));
  return stories.flatMap(({ name, events }) => {
    if (events.length === 0)
      return [`"${name}" is not recorded: npx node test/real/support/record-captures.ts ${name}`];
    const times = placed.filter((one) => one === name).length;
    if (times === 1) return [];
    if (times > 1) return [`"${name}" is shown ${times} times`];
    return [
      `"${name}" is in no page: give it a heading, <!-- call:${name} --> and <!-- /call -->, and say what to take from it`,
    ];
  });
}
