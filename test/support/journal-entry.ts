/** What the journal holds of calls when their events have been written into it, a line for each thing that it says. */
import { createJournalist } from '../../src/calls/journal/index.ts';
import { callView, type CallView } from '../../src/api/calls/call-view.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { ManualClock } from '../../src/kit/manual-clock.ts';
import { createMemoryEventLog } from '../../src/log/memory/event-log.ts';
import type { Leg, Party } from '../../src/model/call.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { everything } from '../../src/model/scope.ts';
import { openMemoryRecords } from '../../src/records/sqlite/records.ts';

/** The calls of the events, in the order they began, as `GET /v1/calls/ID` shows them. */
export async function journalOf(events: readonly NewEvent[]): Promise<readonly CallView[]> {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const records = await openMemoryRecords();
  const journalist = createJournalist({ clock, logger: silentLogger, log, journal: records.calls });
  try {
    await journalist.start();
    await log.append(events);
    await journalist.caughtUp(10_000);
    const views: CallView[] = [];
    for (const id of new Set(events.flatMap(({ call }) => call?.id ?? []))) {
      const record = await records.calls.find(everything, id);
      if (record) views.push(callView(record));
    }
    return views;
  } finally {
    await journalist.stop();
    await records.close();
  }
}

/** Ids and times are left out but how long it rang and how long was talked, in milliseconds. */
export function entryOf({ call, legs, ringMs, extensions, final }: CallView): string[] {
  const { answeredBy: by, origin } = call;
  const facts = [
    `${call.direction} ${partyOf(call.from)} > ${partyOf(call.to)}`,
    `did=${call.did} trunk=${call.trunk} queue=${call.queue} origin=${origin.source}`,
    `outcome=${call.outcome} by=${call.hungUpBy} answeredBy=${by === null ? null : `${by.kind}:${by.extension}`}`,
    `ringMs=${ringMs} talkMs=${call.talkMs}`,
    ...(call.relatedCallIds.length > 0 ? [`related=${call.relatedCallIds.length}`] : []),
    ...(final ? [] : ['in progress']),
  ];
  return [
    `journal | ${facts.join(' | ')}`,
    ...call.transfers.map(
      ({ kind, by: who, target, state }) => `journal transfer | ${kind} ${who} > ${target} ${state}`,
    ),
    ...call.recordings.map(({ id, url }) => `journal recording | ${id} ${url}`),
    `journal extensions | ${extensions.join(' ')}`,
    ...legs.map(legOf),
  ];
}

const partyOf = ({ number, raw, name, kind }: Party): string =>
  [kind, ...(name === null ? [] : [JSON.stringify(name)]), number ?? '?', ...(raw === number ? [] : [`(${raw})`])].join(
    ' ',
  );

function legOf({ role, extension, name, number, state, outcome, cause, ringingAt, answeredAt }: Leg): string {
  const who = `${role} ${extension} ${JSON.stringify(name)} ${number}`;
  const been = [...(ringingAt === null ? [] : ['rang']), ...(answeredAt === null ? [] : ['answered'])];
  return `journal leg | ${who} | ${state} outcome=${outcome} cause=${cause} | ${been.join(' ') || 'neither rang nor answered'}`;
}

/**
 * To be compared with the same call made again: how long things took is only whether they were at all, recordings are
 * called by when they began, and who rings first of those that ring at once is chance.
 */
export const withoutTimes = (lines: readonly string[]): string[] =>
  lines
    .map((line) => (line.startsWith('journal extensions') ? line.split(' ').toSorted().join(' ') : line))
    .map((line) => line.replace(/(?<=(?:ringMs|talkMs)=)[1-9]\d*/g, 'some').replace(/\bcall-\d+\.\d+/, 'call-TIME'))
    .toSorted();

/** What is impossible about the entry's times. */
export function timesWrongIn({ call, legs, ringMs }: CallView): string[] {
  const span = Date.parse(call.endedAt ?? '') - Date.parse(call.startedAt);
  const inOrder = (what: string, ...times: readonly (string | null)[]): string[] => {
    const known = times.flatMap((time) => (time === null ? [] : [Date.parse(time)]));
    return known.every((at, index) => index === 0 || at >= (known[index - 1] ?? 0))
      ? []
      : [`${what}: ${times.join(' ')}`];
  };
  return [
    ...inOrder('call', call.startedAt, call.answeredAt, call.endedAt),
    ...legs.flatMap((leg) =>
      inOrder(leg.id, call.startedAt, leg.startedAt, leg.ringingAt, leg.answeredAt, leg.endedAt),
    ),
    ...legs.flatMap((leg) => inOrder(leg.id, leg.endedAt, call.endedAt)),
    ...(call.talkMs <= span ? [] : [`talked ${call.talkMs} of ${span} ms`]),
    ...((ringMs ?? 0) <= span ? [] : [`rang ${ringMs} of ${span} ms`]),
  ];
}
