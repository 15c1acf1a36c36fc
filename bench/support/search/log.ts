/**
 * A log of very many events of calls, each delivered once, written by direct SQL with the journal of the calls, and the
 * searches of events and deliveries that the API makes.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type AttemptFilter, listed, listedByNumber } from '../../../src/api/deliveries/list.ts';
import { eventsOfCalls } from '../../../src/api/events/of-calls.ts';
import { type EventQuery, searchEvents } from '../../../src/api/events/search.ts';
import { numberKey } from '../../../src/model/call-record.ts';
import { bodyText } from '../../../src/model/event-text.ts';
import type { NewEvent } from '../../../src/model/event.ts';
import { everything } from '../../../src/model/scope.ts';
import { attemptOutcomes } from '../../../src/records/delivery-store.ts';
import { callEvents } from '../events.ts';
import {
  busyNumber,
  callOf,
  domains,
  fillCalls,
  fillNames,
  inTransactions,
  recordAt,
  seqsOf,
  someNumber,
  start,
} from './calls.ts';
import type { Searched, Searches } from './searches.ts';

const everyMs = 2;
const eventsOfCall = seqsOf(0).length;
const types = ['call.started', 'leg.dial_in', 'leg.ringing', 'leg.answered', 'call.updated', 'leg.held', 'leg.resumed'];
/** One attempt in so many. */
const cancelledEvery = 2_000;
/** One of so many is of the subscription that has few. */
const fewEvery = 2_000;
const fewSubscription = 9_999;

const timeOf = (seq: number): number => start + seq * everyMs;

function eventText(pattern: NewEvent, seq: number, calls: number): string {
  const index = callOf(seq);
  const { call, domain, extensions } = recordAt(index, calls);
  const isLast = seqsOf(index).at(-1) === seq;
  const type = (isLast ? 'call.ended' : (types[seqsOf(index).indexOf(seq)] ?? 'call.updated')) as NewEvent['type'];
  const [extension] = extensions;
  return bodyText({ ...pattern, type, domain, extension: extension ?? null, extensions, call, leg: null });
}

/** The log and its deliveries; `rows` of each. */
export function fillLog(db: DatabaseSync, rows: number): void {
  fillNames(db);
  const calls = Math.ceil(rows / eventsOfCall);
  fillCalls(db, calls);
  const [pattern] = [...callEvents(1, 1)];
  if (!pattern) throw new Error('there is no pattern');
  const event = db.prepare('INSERT INTO events VALUES (?, ?, 1000, ?, ?, ?)');
  const attempt = db.prepare(`
    INSERT INTO attempts (row, subscription, endpoint, seq, batch, attempt, outcome, status, started_at, duration_ms, detail)
    VALUES (?, ?, ?, ?, 0, 1, ?, ?, ?, 12, NULL)`);
  inTransactions(db, rows, (index) => {
    const seq = index + 1;
    const domain = callOf(seq) % domains;
    event.run(seq, timeOf(seq), domain + 2, `${timeOf(seq)}-${seq}`, eventText(pattern, seq, calls));
    const subscription = seq % fewEvery === 7 ? fewSubscription : domain + 1;
    const outcome = attemptOutcomes.indexOf(seq % cancelledEvery === 5 ? 'cancelled' : 'delivered');
    attempt.run(seq, subscription, subscription, seq, outcome, outcome === 0 ? 200 : 400, timeOf(seq));
  });
  db.exec(`
    INSERT INTO attempt_marks SELECT DISTINCT seq / 256, row / 256 FROM attempts ORDER BY 1, 2;
    INSERT INTO attempt_subscriptions
      SELECT row / 16384, subscription, iif(count(*) > 512, NULL, json_group_array(row % 16384)) FROM attempts
      WHERE row / 16384 < (SELECT (max(row) + 1) / 16384 FROM attempts) GROUP BY 1, 2 ORDER BY 1, 2;
    PRAGMA wal_checkpoint(TRUNCATE)`);
}

const all: EventQuery = {
  types: null,
  domain: null,
  call: null,
  extension: null,
  connector: null,
  since: null,
  until: null,
  before: null,
  limit: 50,
};

/** A time that is in the middle of it, another one each turn. */
const longAgo = (rows: number, turn: number): number => timeOf(Math.max(5_000, (turn * 104_729) % rows));

const page = { cursor: undefined, limit: 50 };
const may = (): boolean => true;

type Filter = Parameters<typeof eventsOfCalls>[2]['filter'];

const throughCalls = ({ log, records }: Searched, filter: Filter, more: Partial<EventQuery> = {}) =>
  eventsOfCalls({ log, calls: records.calls }, everything, { ...all, ...more, filter, before: null });

export const eventSearches: Searches = {
  'events by number': (store, rows, turn) =>
    throughCalls(store, { numbers: [numberKey(someNumber(Math.ceil(rows / eventsOfCall), turn))] }),
  'events by a busy number': (store) => throughCalls(store, { numbers: [numberKey(busyNumber)] }),
  'events by how a number begins': (store, rows, turn) =>
    throughCalls(store, {
      numbers: [numberKey(someNumber(Math.ceil(rows / eventsOfCall), turn)).slice(0, 7)],
      prefix: true,
    }),
  'events at a time long ago': ({ log }, rows, turn) =>
    searchEvents(log, everything, { ...all, until: longAgo(rows, turn) }),
  'events of a type, long ago': ({ log }, rows, turn) =>
    searchEvents(log, everything, { ...all, types: ['call.ended'], until: longAgo(rows, turn) }),
  'events of a domain': ({ log }, _rows, turn) =>
    searchEvents(log, everything, { ...all, domain: `d${turn % domains}` }),
  'events of calls with a rare outcome': (store) => throughCalls(store, { outcome: 'lost' }),
};

const deliveries = ({ records: { attempts } }: Searched, filter: Partial<AttemptFilter>) =>
  listed({ attempts }, { subscriptions: null, ...filter }, may, page);

function deliveriesByNumber({ records }: Searched, numbers: Filter, filter: Partial<AttemptFilter> = {}) {
  const { attempts, calls } = records;
  const journal = { caughtUp: () => Promise.resolve(), behind: () => 0 };
  const asked = { filter: { subscriptions: null, ...filter }, may, numbers, access: everything };
  return listedByNumber({ attempts, calls, journal }, asked, page);
}

export const deliverySearches: Searches = {
  'deliveries by number': (store, rows, turn) =>
    deliveriesByNumber(store, { numbers: [numberKey(someNumber(Math.ceil(rows / eventsOfCall), turn))] }),
  'deliveries by a busy number': (store) => deliveriesByNumber(store, { numbers: [numberKey(busyNumber)] }),
  'deliveries at a time long ago': (store, rows, turn) => deliveries(store, { until: longAgo(rows, turn) }),
  'deliveries by a rare outcome': (store) => deliveries(store, { outcome: 'cancelled' }),
  'deliveries by outcome, long ago': (store, rows, turn) =>
    deliveries(store, { outcome: 'cancelled', until: longAgo(rows, turn) }),
  'deliveries of a subscription': (store, _rows, turn) => deliveries(store, { subscriptions: [1 + (turn % domains)] }),
  'deliveries that a subscription has few of': (store) => deliveries(store, { subscriptions: [fewSubscription] }),
  'deliveries of one event': (store, rows, turn) => deliveries(store, { seqs: [1 + ((turn * 104_729) % rows)] }),
};
