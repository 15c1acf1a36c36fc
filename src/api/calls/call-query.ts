/** What `GET /v1/calls` is asked, as the journal takes it. */
import { Type, type Static } from 'typebox';
import { directions } from '../../model/call.ts';
import type { CallFilter } from '../../model/call-filter.ts';
import { numberKey } from '../../model/call-record.ts';
import { createNumberReader, rulesFor } from '../../model/numbers/index.ts';
import { callOutcomes } from '../../model/outcome.ts';
import type { CallPosition } from '../../records/call-journal.ts';
import { Time } from '../contract/common.ts';
import { entriesWanted } from './call-view.ts';
import type { Problem } from '../problems/problem.ts';

const name = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 256, description }));

export const CallsQuery = Type.Object(
  {
    state: Type.Optional(
      Type.Enum(['live', 'ended', 'all'], { default: 'all', description: 'In progress, ended, or both.' }),
    ),
    number: name(
      'Only calls with this number, from or to, as DID or of a leg: E.164, national, or as the phone system wrote it. With `*` at its end: numbers that begin so.',
    ),
    extension: name('Only calls this extension took part in.'),
    direction: Type.Optional(Type.Enum([...directions], { description: 'Only of this direction.' })),
    outcome: Type.Optional(Type.Enum([...callOutcomes], { description: 'Only with this outcome.' })),
    domain: name('Only calls of this domain.'),
    recording: name('Only the call that has this recording.'),
    entries: Type.Optional(
      Type.Enum([...entriesWanted], {
        default: 'all',
        description: 'Entries shown of each call: all, or only those with somebody outside.',
      }),
    ),
    since: Type.Optional(Type.String({ ...Time, description: 'Only calls that started at or after this time.' })),
    until: Type.Optional(Type.String({ ...Time, description: 'Only calls that started before this time.' })),
    cursor: Type.Optional(
      Type.String({ maxLength: 64, pattern: '^[0-9]+-[0-9]+$', description: '`next` of the page before.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
);
export type CallsQuery = Static<typeof CallsQuery>;

const fewestOfPrefix = 2;

/** Every way the number may lie in the journal; whoever types a national number means the public one too. */
export function numbersMeant(text: string, country: string): Pick<CallFilter, 'numbers' | 'prefix'> | null {
  const prefix = text.endsWith('*') && text.length > 1;
  const bare = prefix ? text.slice(0, -1) : text;
  const key = numberKey(bare);
  if (key === '' || (prefix && key.length < fewestOfPrefix)) return null;
  if (prefix) return { numbers: [key], prefix };
  const { e164 } = createNumberReader(rulesFor(country)).read(bare);
  return { numbers: [...new Set([key, ...(e164 === null ? [] : [numberKey(e164)])])] };
}

export const noNumber: Problem = {
  code: 'invalid_field',
  field: 'number',
  detail: 'number holds no number, or less than two signs before the *.',
};

export function callFilter(query: CallsQuery, country: string): CallFilter | { readonly problem: Problem } {
  const { number, extension, direction, outcome, domain, recording, state } = query;
  const numbers = number === undefined ? {} : numbersMeant(number, country);
  if (numbers === null) return { problem: noNumber };
  return {
    ...numbers,
    ...(extension !== undefined && { extension }),
    ...(direction !== undefined && { direction }),
    ...(outcome !== undefined && { outcome }),
    ...(domain !== undefined && { domain }),
    ...(recording !== undefined && { recording }),
    ...(state === 'ended' && { ended: true }),
  };
}

export function positionOf(cursor: string): CallPosition {
  const [startedAt = 0, row = 0] = cursor.split('-').map(Number);
  return { startedAt, row };
}

export const cursorOf = ({ startedAt, row }: CallPosition): string => `${startedAt}-${row}`;
