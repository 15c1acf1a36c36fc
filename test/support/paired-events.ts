/** Things within calls that begin and end: what ended began before, ends once, and began once. */
import assert from 'node:assert/strict';
import type { NewEvent } from '../../src/model/event.ts';

interface Pair {
  readonly begins: NewEvent['type'];
  readonly ends: readonly NewEvent['type'][];
  /** `callId`: of the call that it is part of at last. Two of one name are told apart by nothing but their order. */
  readonly nameOf: (event: NewEvent, callId: string) => string;
}

/** How many have begun and not ended, by type and name. */
export type OpenPairs = ReadonlyMap<string, number>;

const pairs: readonly Pair[] = [
  {
    begins: 'transfer.started',
    ends: ['transfer.completed', 'transfer.failed'],
    nameOf: ({ data }) => String(data['transferId']),
  },
  {
    begins: 'queue.joined',
    ends: ['queue.left'],
    nameOf: ({ leg, data }, callId) => leg?.id ?? `${callId} ${String(data['queue'])}`,
  },
  {
    begins: 'park.parked',
    ends: ['park.retrieved', 'park.timed_out', 'park.abandoned'],
    nameOf: ({ data }, callId) => `${callId} ${String(data['lot'])}/${String(data['slot'])}`,
  },
  {
    begins: 'conference.joined',
    ends: ['conference.left'],
    nameOf: ({ leg, data }, callId) => `${String(data['conferenceId'])} ${leg?.id ?? callId}`,
  },
  { begins: 'conference.started', ends: ['conference.ended'], nameOf: ({ data }) => String(data['conferenceId']) },
];

export function checkPairs(events: readonly NewEvent[], survivorOf: (callId: string) => string): OpenPairs {
  const open = new Map<string, number>();
  for (const event of events) {
    const callId = survivorOf(event.call?.id ?? '');
    for (const { begins, ends, nameOf } of pairs) {
      const name = `${begins} ${nameOf(event, callId)}`;
      const count = open.get(name) ?? 0;
      if (event.type === begins) open.set(name, count + 1);
      else if (ends.includes(event.type))
        assert.ok(count > 0 && endOne(open, name, count), `${event.type} without ${name}`);
    }
  }
  return open;
}

const endOne = (open: Map<string, number>, name: string, count: number): boolean =>
  count === 1 ? open.delete(name) : open.set(name, count - 1).has(name);
