/** The first page's lists, made of all pages: what there is, and where each word can be seen. */
import { callOutcomes, legOutcomes } from '../../src/model/outcome.ts';
import { eventTypes } from '../../src/model/event-types/index.ts';
import { anchorOf, plain, table } from './markdown.ts';
import { placesIn } from './page.ts';
import type { Story } from './story.ts';

/** A page by its file name, with its text. */
export type Pages = ReadonlyMap<string, string>;

interface Shown {
  readonly story: Story;
  readonly link: string;
}

/** Links to so many scenarios at most show where a word can be seen. */
const mostLinks = 5;
/** What more than this share of all scenarios has needs no links. */
const nearlyAll = 0.6;

export function withLists(page: string, pages: Pages, stories: ReadonlyMap<string, Story>): string {
  const shown = [...pages].flatMap(([file, text]) => shownIn(file, text, stories));
  const lists: Readonly<Record<string, string>> = {
    contents: contents(pages, stories),
    'call outcomes': whereSeen(callOutcomes, 'outcome', shown, callOutcomesIn),
    'leg outcomes': whereSeen(legOutcomes, 'outcome', shown, legOutcomesIn),
    'event types': whereSeen(eventTypes, 'event', shown, typesIn),
  };
  return page.replace(/<!-- list:([a-z ]+) -->[\s\S]*?<!-- \/list -->/g, (found, name: string) => {
    const list = lists[name];
    return list === undefined ? found : `<!-- list:${name} -->\n${list}\n<!-- /list -->`;
  });
}

function shownIn(file: string, page: string, stories: ReadonlyMap<string, Story>): readonly Shown[] {
  return placesIn(page).flatMap(({ name, heading }) => {
    const story = stories.get(name);
    return story ? [{ story, link: `[${plain(heading)}](${file}#${anchorOf(heading)})` }] : [];
  });
}

function contents(pages: Pages, stories: ReadonlyMap<string, Story>): string {
  const rows = [...pages].map(([file, page]) => [
    `[${/^# (.+)$/m.exec(page)?.[1] ?? file}](${file})`,
    shownIn(file, page, stories)
      .map(({ link }) => link)
      .join(' · '),
  ]);
  return table(['', ''], rows);
}

/** Words that no scenario has are left out. */
function whereSeen(
  words: readonly string[],
  head: string,
  shown: readonly Shown[],
  wordsIn: (story: Story) => ReadonlySet<string>,
): string {
  const rows = words.flatMap((word) => {
    const links = shown.filter(({ story }) => wordsIn(story).has(word)).map(({ link }) => link);
    if (links.length > nearlyAll * shown.length) return [[`\`${word}\``, 'nearly all']];
    const more = links.length > mostLinks ? ' …' : '';
    return links.length === 0 ? [] : [[`\`${word}\``, links.slice(0, mostLinks).join(' · ') + more]];
  });
  return table([head, 'seen in'], rows);
}

const typesIn = ({ events }: Story): ReadonlySet<string> => new Set(events.map(({ type }) => type));

const callOutcomesIn = ({ events }: Story): ReadonlySet<string> =>
  new Set(events.flatMap(({ call }) => call?.outcome ?? []));

const legOutcomesIn = ({ events }: Story): ReadonlySet<string> =>
  new Set(events.flatMap(({ leg }) => leg?.outcome ?? []));
