/** What the event log suites share. */
import assert from 'node:assert/strict';
import type { ManualClock } from '../../src/kit/manual-clock.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import type { Event, NewEvent } from '../../src/model/event.ts';

export interface LogUnderTest {
  readonly clock: ManualClock;
  /** The log as it is open now. */
  readonly log: () => EventLog;
  /** Closes it and opens what is stored again; null where nothing outlives the process. */
  readonly reopen: (() => Promise<void>) | null;
  readonly close: () => Promise<void>;
}

export type OpenLog = () => Promise<LogUnderTest>;

/** The id window of every log under test. */
export const idWindowMs = 3_600_000;

export function eventNamed(id: string, changes: Partial<NewEvent> = {}): NewEvent {
  return {
    id,
    type: 'message.received',
    time: '2026-01-01T00:00:00.000Z',
    reseller: 'default',
    domain: 'acme',
    user: null,
    extension: '101',
    connector: 'pbx1',
    extensions: ['101'],
    call: null,
    leg: null,
    data: { text: `about ${id}` },
    ...changes,
  };
}

/** What was handed over, without what the log adds. */
export function handedOver({ seq: _seq, acceptedAt: _acceptedAt, ...event }: Event): NewEvent {
  return event;
}

/** Everything after a sequence, however many pages it takes. */
export async function readAll(log: EventLog, after = 0, domains?: readonly string[]): Promise<Event[]> {
  const events: Event[] = [];
  for (let from = after; from < log.head(); ) {
    const page = await log.read({ after: from, limit: 997, ...(domains ? { domains } : {}) });
    assert.ok(page.scannedTo > from, 'every page goes on');
    events.push(...page.events);
    from = page.scannedTo;
  }
  return events;
}
