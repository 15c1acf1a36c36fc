/**
 * How an event lies in the database. Its id, connector and domain have columns; `body` is the JSON of everything else
 * but sequence and acceptance time.
 */
import type { Event } from '../../model/event.ts';
import { rememberBodyText } from '../../model/event-text.ts';
import { StoredEvent } from '../../model/stored-event.ts';
import { decodeBody } from '../event-body.ts';

export const columns = 'seq, accepted_at, connector, domain, id, body';
/** Values of one row, and how many of them there are. */
type Row = [seq: number, acceptedAt: number, connector: string, domain: string, id: string, body: string];
export const columnCount = 6;

/** Rows as they travel from the reader: one flat array, names instead of their numbers. */
export type FlatRows = readonly (number | string)[];

function decodeRow(rows: FlatRows, at: number): Event {
  const [seq, acceptedAt, connector, domain, id, json] = rows.slice(at, at + columnCount) as Row;
  const body = decodeBody(json);
  const event: Event = {
    id,
    seq,
    type: body.type,
    time: body.time,
    reseller: body.reseller,
    domain,
    user: body.user,
    extension: body.extension,
    connector,
    extensions: body.extensions,
    acceptedAt: new Date(acceptedAt).toISOString(),
    call: body.call,
    leg: body.leg,
    data: body.data,
  };
  return rememberBodyText(event, json);
}

export function decodeRows(rows: FlatRows): Event[] {
  const events: Event[] = [];
  for (let at = 0; at < rows.length; at += columnCount) events.push(decodeRow(rows, at));
  return events;
}

/** The same, read no further than needed. */
export function storedEvents(rows: FlatRows): Event[] {
  const events: Event[] = [];
  let acceptedMs = Number.NaN;
  let acceptedAt = '';
  for (let at = 0; at < rows.length; at += columnCount) {
    const [seq, accepted, connector, domain, id, json] = rows.slice(at, at + columnCount) as Row;
    // Events that came together were accepted at one time.
    if (accepted !== acceptedMs) acceptedAt = new Date((acceptedMs = accepted)).toISOString();
    events.push(StoredEvent.read({ id, seq, domain, connector, acceptedAt }, json));
  }
  return events;
}
