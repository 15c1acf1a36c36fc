/** The guide "How Offhook sees a call": it is what the recordings make it, and what is written in it is true of them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { drawing } from '../scripts/call-guide/drawing.ts';
import { makeGuide } from '../scripts/call-guide/guide.ts';
import { laneGroups } from '../scripts/call-guide/lanes/index.ts';
import { placesIn, problemsOf, withStories } from '../scripts/call-guide/page.ts';
import { rowHeight, rowsOf } from '../scripts/call-guide/rows.ts';
import { allStories, type Story } from '../scripts/call-guide/story.ts';
import { callsOf } from '../scripts/call-guide/words.ts';
import type { NewEvent } from '../src/model/event.ts';

const folder = new URL('../docs/guides/how-offhook-sees-a-call/', import.meta.url);
const written = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
const pages = new Map([...written].filter(([name]) => name.endsWith('.md')));
const stories = allStories();
const byName = new Map(stories.map((story) => [story.name, story]));

test('the guide is what the recordings make it (npm run generate:call-guide)', () => {
  const { files, problems } = makeGuide(stories, pages);
  assert.deepEqual(problems, []);
  assert.deepEqual([...files.keys()].toSorted(), [...written.keys()].toSorted());
  for (const [name, text] of files) assert.equal(written.get(name), text, name);
});

describe('what is wrong with a page is said', () => {
  const story = byName.get('inbound-answered') as Story;
  const page = '## Heading\n\n<!-- call:inbound-answered -->\n<!-- /call -->\n\nText.\n';
  const known = new Map([[story.name, story]]);

  test('a scenario that is in no page, or in two', () => {
    const none = makeGuide([story], new Map([['one.md', '# One\n']]));
    assert.match(none.problems.join('\n'), /"inbound-answered" is in no page: .*<!-- call:inbound-answered -->/);
    const two = makeGuide(
      [story],
      new Map([
        ['one.md', page],
        ['two.md', page],
      ]),
    );
    assert.deepEqual(two.problems, ['"inbound-answered" is shown 2 times']);
  });

  test('a scenario that is not recorded', () => {
    const { files, problems } = makeGuide([{ ...story, events: [] }], new Map([['one.md', page]]));
    assert.deepEqual(problems, [
      '"inbound-answered" is not recorded: npx node test/real/support/record-captures.ts inbound-answered',
    ]);
    assert.equal(files.get('one.md'), page);
    assert.ok(!files.has('inbound-answered.svg'));
  });

  test('a scenario that is none, and a heading that two share', () => {
    const other = page.replace('inbound-answered', 'no-such');
    assert.deepEqual(problemsOf(other, known), ['there is no scenario "no-such"']);
    const repeated = page + page.replace('inbound-answered', 'no-such');
    assert.ok(problemsOf(repeated, known).includes('"no-such" needs a heading of its own above it'));
  });

  test('words in code that the events of the call do not have', () => {
    const said = page.replace('Text.', 'See `leg.dial_in`, `call.talkMs`, `answered`, but `leg.held`.');
    assert.deepEqual(problemsOf(said, known), ['"inbound-answered": its events have no `leg.held`']);
    const denied = page.replace('Text.', 'There is no `leg.held`, and no `leg.ringing`.');
    assert.deepEqual(problemsOf(denied, known), ['"inbound-answered": its events do have `leg.ringing`']);
    assert.deepEqual(problemsOf(`${page}\n## Next\n\n\`leg.held\`\n`, known), []);
  });

  test('what was made before is replaced, and what is written by hand stays', () => {
    const once = withStories(page, known);
    assert.match(once, /^## Heading\n\n<!-- call:inbound-answered -->\n[\s\S]+\n<!-- \/call -->\n\nText\.\n$/);
    assert.equal(withStories(once, known), once);
    assert.deepEqual(placesIn(once), [{ name: 'inbound-answered', heading: 'Heading' }]);
  });
});

/** The same call, a little faster or slower, on another day, with other ids. */
function recordedAnew({ name, says, events }: Story, stretch: number): Story {
  const first = Date.parse(events[0]?.time ?? '');
  const anew = (text: string): string =>
    text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => {
      return new Date(first + 86_400_000 + (Date.parse(time) - first) * stretch).toISOString();
    });
  return { name, says, events: JSON.parse(anew(JSON.stringify(events))) as NewEvent[] };
}

describe('drawings', () => {
  for (const story of stories.filter(({ events }) => events.length > 0)) {
    test(`${story.name}: every event has a row of its own, and a mark on one line`, () => {
      const rows = rowsOf(story.events);
      rows.forEach(({ y }, index) => assert.ok(index === 0 || y - (rows[index - 1]?.y ?? 0) >= rowHeight));
      const threads = laneGroups(story.events, callsOf(story.events).word)
        .flatMap(({ lanes }) => lanes)
        .flatMap((lane) => lane.threads);
      const marks = threads.flatMap((thread) => thread.marks).toSorted((one, other) => one - other);
      assert.deepEqual(marks, [...story.events.keys()]);
    });

    test(`${story.name}: the lines say what the events do`, () => {
      const threads = laneGroups(story.events, callsOf(story.events).word)
        .flatMap(({ lanes }) => lanes)
        .flatMap((lane) => lane.threads);
      const ends = threads.flatMap(({ ended }) => ended ?? []);
      const told = story.events.flatMap(({ type, call, leg, data }) => {
        if (type === 'leg.ended') return leg?.outcome ?? [];
        return type === 'call.ended' && data['mergedInto'] === undefined ? (call?.outcome ?? []) : [];
      });
      assert.deepEqual(ends.filter((end) => !end.startsWith('in ')).toSorted(), told.toSorted());
      for (const { from, to, bands } of threads) {
        assert.ok(bands.every((band) => band.from >= from && band.to <= to && band.from < band.to));
      }
    });

    test(`${story.name}: small, well-formed, with its story in words, and without times, ids and ports`, () => {
      const svg = drawing(story);
      assert.ok(svg.length < 20_000, `${svg.length} characters`);
      assert.ok(isWellFormed(svg));
      assert.match(svg, /role="img" aria-labelledby="title desc"/);
      assert.match(svg, /<title id="title">[^<]+<\/title>\n<desc id="desc">1\. [^<]+<\/desc>/);
      assert.doesNotMatch(svg, /\d{4}-\d\d-\d\dT|\d{9,}\.\d|\+1215551\d{4}|href|url\(|<script/);
    });
  }

  test('recorded anew, a little slower or faster, nearly all are drawn the same', () => {
    for (const stretch of [0.97, 1.03]) {
      const changed = stories.filter((story) => drawing(recordedAnew(story, stretch)) !== drawing(story));
      assert.ok(changed.length < stories.length / 10, changed.map(({ name }) => name).join(', '));
    }
  });

  test('whatever is said gets into them as text', () => {
    const [story] = stories as [Story];
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (says) => assert.ok(isWellFormed(drawing({ ...story, says })))),
    );
  });
});

/** Tags are closed in order, nothing in text or attributes has to be escaped, and every character may be there. */
function isWellFormed(xml: string): boolean {
  if (/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml)) return false;
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<&]*")*)(\/?)>/g,
    (_tag, end, name, _attributes, own) => {
      if (end === '/') return open.pop() === name ? '' : '<';
      if (own !== '/') open.push(String(name));
      return '';
    },
  );
  return open.length === 0 && !rest.replace(/&(?:amp|lt|gt|quot);/g, '').match(/[<&]/);
}
