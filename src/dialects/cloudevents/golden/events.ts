/** The events of the golden files beside this one. Ours and synthetic: no real call, no captured traffic. */
import type { Call } from '../../../model/call.ts';
import type { Event } from '../../../model/event.ts';

const call: Call = {
  id: '01kagjz0d0c4xk8r2m6t9w3y5z',
  direction: 'inbound',
  state: 'answered',
  outcome: null,
  from: { number: '+12025550143', raw: '2025550143', name: 'Zoë "Z" Adams', kind: 'external' },
  to: { number: '+12025550199', raw: '2025550199', name: null, kind: 'external' },
  did: '+12025550199',
  trunk: 'carrier-1',
  queue: null,
  answeredBy: { kind: 'person', extension: '101' },
  hungUpBy: null,
  startedAt: '2026-11-21T09:30:00.512Z',
  answeredAt: '2026-11-21T09:30:04.512Z',
  endedAt: null,
  talkMs: 0,
  origin: { source: 'did', requestId: null, billingCode: null, buttonId: null },
  transfers: [],
  recordings: [],
  relatedCallIds: [],
};

export const answered: Event = {
  id: '01kagjz4a04h7n1q5s8v2x6b9c',
  seq: 1042,
  type: 'leg.answered',
  time: '2026-11-21T09:30:04.512Z',
  reseller: 'default',
  domain: 'acme & söhne',
  user: 'bob',
  extension: '101',
  connector: 'pbx1',
  extensions: ['101'],
  acceptedAt: '2026-11-21T09:30:04.530Z',
  call,
  leg: {
    id: '1795253401.42',
    extension: '101',
    role: 'callee',
    state: 'answered',
    outcome: null,
    number: '101',
    name: 'Bob',
    startedAt: '2026-11-21T09:30:01.512Z',
    ringingAt: '2026-11-21T09:30:01.712Z',
    answeredAt: '2026-11-21T09:30:04.512Z',
    endedAt: null,
    cause: null,
  },
  data: {},
};

export const down: Event = {
  ...answered,
  id: '01kagk00000000000000000000',
  seq: 1043,
  type: 'connector.down',
  user: null,
  extension: null,
  extensions: [],
  call: null,
  leg: null,
  data: { reason: 'the PBX closed the connection' },
};
