/** Draws a story: time goes down, a line for each call and leg, and what is told in each row beside it. */
import type { NewEvent } from '../../src/model/event.ts';
import { laneGroups, type Band, type Lane, type LaneGroup, type LookKind, type Thread } from './lanes/index.ts';
import { rowHeight, rowsOf, type Row } from './rows.ts';
import type { Story } from './story.ts';
import { clipped, escaped, px, style } from './svg.ts';
import { callsOf, eventWords, type CallWord } from './words.ts';

const margin = 12;
const headHeight = 60;
const laneWidth = 104;
const groupGap = 8;
const textWidth = 400;
const mostTextCharacters = 38;
const mostTitleCharacters = 13;
/** Width of a band, by what is done. */
const bandWidths: Readonly<Record<LookKind, number>> = {
  dials: 3,
  rings: 8,
  talks: 12,
  holds: 12,
  waits: 8,
  machine: 12,
};

interface PlacedLane {
  readonly lane: Lane;
  /** Middle of the lane. */
  readonly x: number;
}

interface PlacedGroup {
  readonly lanes: readonly PlacedLane[];
  readonly left: number;
  readonly width: number;
}

export function drawing(story: Story): string {
  const { events, name, says } = story;
  const rows = rowsOf(events);
  const { word } = callsOf(events);
  const groups = placed(laneGroups(events, word));
  const right = Math.max(margin, ...groups.map(({ left, width }) => left + width));
  const width = right + textWidth;
  const height = headHeight + (rows.at(-1)?.y ?? 0) + 36;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(`${name}: ${says}`)}</title>`,
    `<desc id="desc">${escaped(described(events, word))}</desc>`,
    `<style>${style}</style>`,
    `<rect class="bg" width="${width}" height="${height}" rx="10"/>`,
    ...groups.map((group) => card(group, height)),
    ...rows.map((row, index) => guide(row, xOfMark(groups, index), right)),
    ...groups.flatMap(({ lanes }) => lanes).flatMap((lane) => drawnLane(lane, rows)),
    ...rows.flatMap((row, index) => rowText(row, index, right, word)),
    '</svg>\n',
  ].join('\n');
}

function placed(groups: readonly LaneGroup[]): readonly PlacedGroup[] {
  let left = margin;
  return groups.map(({ lanes }) => {
    const start = left;
    const width = lanes.length * laneWidth;
    left += width + groupGap;
    return { left: start, width, lanes: lanes.map((lane, at) => ({ lane, x: start + (at + 0.5) * laneWidth })) };
  });
}

const described = (events: readonly NewEvent[], word: CallWord): string =>
  events.map((event, index) => `${index + 1}. ${event.type} ${eventWords(event, word)}`.trim()).join('; ');

const card = ({ left, width }: PlacedGroup, height: number): string =>
  `<rect class="card" x="${px(left)}" y="${margin}" width="${px(width)}" height="${height - 2 * margin}" rx="8"/>`;

const yOf = (rows: readonly Row[], index: number): number => headHeight + (rows[index]?.y ?? 0);

function xOfMark(groups: readonly PlacedGroup[], row: number): number | null {
  const has = ({ lane }: PlacedLane): boolean => lane.threads.some(({ marks }) => marks.includes(row));
  return groups.flatMap(({ lanes }) => lanes).find(has)?.x ?? null;
}

function guide({ y }: Row, from: number | null, to: number): string {
  const at = px(headHeight + y);
  return from === null ? '' : `<path class="g" d="M${px(from)} ${at}H${px(to + 4)}"/>`;
}

function drawnLane({ lane, x }: PlacedLane, rows: readonly Row[]): string[] {
  const { title, subtitle, threads } = lane;
  return [
    `<text class="h" x="${px(x)}" y="30">${escaped(clipped(title, mostTitleCharacters))}</text>`,
    ...(subtitle === '' ? [] : [`<text class="s" x="${px(x)}" y="44">${escaped(subtitle)}</text>`]),
    ...threads.flatMap((thread) => drawnThread(thread, x, rows)),
  ];
}

function drawnThread(thread: Thread, x: number, rows: readonly Row[]): string[] {
  const end = yOf(rows, thread.to);
  const bands = thread.bands.map((band) => drawnBand(band, x, rows));
  const words = thread.bands.map(({ look, from }) => {
    return `<text class="w" x="${px(x + 9)}" y="${px(yOf(rows, from) + 14)}">${escaped(look.word)}</text>`;
  });
  const marks = thread.marks.map((row) => `<circle class="m" cx="${px(x)}" cy="${px(yOf(rows, row))}" r="3.5"/>`);
  const ended =
    thread.ended === null
      ? []
      : [
          `<path class="c" d="M${px(x - 9)} ${px(end)}h18"/>`,
          `<text class="e" x="${px(x)}" y="${px(end + 13)}">${escaped(thread.ended)}</text>`,
        ];
  return [...bands, ...marks, ...words, ...ended];
}

function drawnBand({ look, from, to }: Band, x: number, rows: readonly Row[]): string {
  const width = bandWidths[look.kind];
  const top = yOf(rows, from);
  const height = yOf(rows, to) - top;
  return `<rect class="${look.kind}" x="${px(x - width / 2)}" y="${px(top)}" width="${width}" height="${px(height)}"/>`;
}

function rowText({ event, y, pause }: Row, index: number, right: number, word: CallWord): string[] {
  const at = headHeight + y + 4;
  const said = clipped(eventWords(event, word), mostTextCharacters);
  const spans = [
    `<tspan class="n" x="${px(right + 26)}" text-anchor="end">${index + 1}</tspan>`,
    `<tspan class="t" x="${px(right + 34)}" text-anchor="start">${event.type}</tspan>`,
    `<tspan dx="6">${escaped(said)}</tspan>`,
  ];
  const text = `<text y="${px(at)}">${spans.join('')}</text>`;
  if (pause === null) return [text];
  const between = at - rowHeight / 2 - 12;
  return [
    `<text class="p" x="${px(right + 34)}" y="${px(between)}">about ${pause} second${pause === 1 ? '' : 's'} later</text>`,
    text,
  ];
}
