/**
 * A page of the guide is written by hand, but for the part of each scenario between its two marks:
 *
 *     ## A heading of its own
 *
 *     <!-- call:NAME -->
 *     (what is seen of the call: made from its recording)
 *     <!-- /call -->
 *
 *     What to take from it. Every word in `code` is one that the call's events have, or, after "no" or "not", have not.
 */
import { eventTable } from './event-table.ts';
import { journalTable } from './journal.ts';
import { plain } from './markdown.ts';
import type { Story } from './story.ts';
import { vocabularyOf } from './vocabulary.ts';

const part = /<!-- call:([a-z0-9-]+) -->[\s\S]*?<!-- \/call -->/g;

/** A scenario's place in a page. */
export interface Place {
  readonly name: string;
  readonly heading: string;
}

/** In the order of the page. */
export function placesIn(page: string): readonly Place[] {
  return [...page.matchAll(part)].map(({ 1: name = '', index }) => ({ name, heading: headingBefore(page, index) }));
}

function headingBefore(page: string, index: number): string {
  const headings = [...page.slice(0, index).matchAll(/^#{2,3} (.+)$/gm)];
  return headings.at(-1)?.[1] ?? '';
}

/** The page with what is seen of each story in its place; what is unknown, or was not recorded yet, is left as it is. */
export function withStories(page: string, stories: ReadonlyMap<string, Story>): string {
  return page.replace(part, (found, name: string) => {
    const story = stories.get(name);
    return story && story.events.length > 0 ? `<!-- call:${name} -->\n${shown(story)}\n<!-- /call -->` : found;
  });
}

function shown({ name, says, events }: Story): string {
  return [
    plain(says),
    `![${plain(`Drawing: ${says}`)}](${name}.svg)`,
    'In the journal:',
    journalTable(events),
    `<details><summary>Its ${events.length} events</summary>`,
    eventTable(events),
    '</details>',
  ].join('\n\n');
}

/** What is wrong with the page, in words; empty where nothing is. */
export function problemsOf(page: string, stories: ReadonlyMap<string, Story>): readonly string[] {
  const places = placesIn(page);
  const headings = places.map(({ heading }) => heading);
  return [
    ...places.flatMap(({ name }) => (stories.has(name) ? [] : [`there is no scenario "${name}"`])),
    ...places.flatMap(({ name, heading }, index) =>
      heading === '' || headings.indexOf(heading) < index ? [`"${name}" needs a heading of its own above it`] : [],
    ),
    ...[...page.matchAll(part)].flatMap((match) => strangeWords(page, match, stories)),
  ];
}

/**
 * Words in `code` after a story, up to the next heading, that none of its events has; and those after a "no" or "not" that
 * one of them has.
 */
function strangeWords(page: string, match: RegExpExecArray, stories: ReadonlyMap<string, Story>): readonly string[] {
  const story = stories.get(match[1] ?? '');
  if (!story || story.events.length === 0) return [];
  const after = page.slice(match.index + match[0].length).split(/^#{1,3} |^<!-- call:/m)[0] ?? '';
  const known = vocabularyOf(story.events);
  return [...after.matchAll(/(\bnot? )?`([^`]+)`/g)].flatMap(([, no, word = '']) => {
    if (no === undefined) return known.has(word) ? [] : [`"${story.name}": its events have no \`${word}\``];
    return known.has(word) ? [`"${story.name}": its events do have \`${word}\``] : [];
  });
}
