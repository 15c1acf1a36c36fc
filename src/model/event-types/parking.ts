import { Type } from 'typebox';
import { inferredFlag, nullableCount, nullableText } from '../fields.ts';
import { defineType } from './definition.ts';
import { answeredCall, exampleCall } from './examples.ts';

const lot = nullableText('Parking lot.');
const slot = nullableText('Number to dial to fetch the call.');
const by = nullableText('Extension that parked the call.');
const parkedMs = nullableCount('Milliseconds the call was parked.');
const parked = exampleCall({ ...answeredCall, state: 'parked', talkMs: 20_000 });
const place = { lot: 'default', slot: '701', by: '101' };

export const parkTypes = {
  'park.parked': defineType('park.parked', {
    subject: 'call',
    reporter: 'source',
    description: 'The call waits in a parking slot until somebody dials the slot’s number.',
    data: Type.Object({
      lot,
      slot,
      by,
      timeoutMs: nullableCount('Milliseconds until it is given back to who parked it.'),
    }),
    example: {
      seconds: 24,
      seq: 1080,
      extension: '101',
      call: parked,
      data: { ...place, timeoutMs: 45_000 },
    },
  }),
  'park.retrieved': defineType('park.retrieved', {
    subject: 'call',
    reporter: 'source',
    description: 'Somebody fetched the parked call and talks to the caller.',
    data: Type.Object({
      lot,
      slot,
      by,
      retrievedBy: nullableText('Extension that fetched it.'),
      parkedMs,
      estimated: inferredFlag,
    }),
    example: {
      seconds: 36,
      seq: 1082,
      extension: '102',
      extensions: ['101', '102'],
      call: { ...answeredCall, talkMs: 20_000 },
      data: { ...place, retrievedBy: '102', parkedMs: 12_000 },
    },
  }),
  'park.timed_out': defineType('park.timed_out', {
    subject: 'call',
    reporter: 'source',
    description:
      'Nobody fetched the parked call in time: it rings where it was parked from, or where the lot sends such calls.',
    data: Type.Object({
      lot,
      slot,
      by,
      returnedTo: nullableText('Number that is called instead.'),
      parkedMs,
      estimated: inferredFlag,
    }),
    example: {
      seconds: 69,
      seq: 1084,
      extension: '101',
      call: { ...parked, state: 'ringing' },
      data: { ...place, returnedTo: '101', parkedMs: 45_000 },
    },
  }),
  'park.abandoned': defineType('park.abandoned', {
    subject: 'call',
    reporter: 'source',
    description: 'The caller hung up while parked.',
    data: Type.Object({ lot, slot, by, parkedMs, estimated: inferredFlag }),
    example: {
      seconds: 50,
      seq: 1083,
      extension: '101',
      call: parked,
      data: { ...place, parkedMs: 26_000 },
    },
  }),
};
