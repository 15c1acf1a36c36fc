/** How registrations on a phone system elsewhere are, as the API shows it. */
import { Type } from 'typebox';
import type { RegistrationReport, RegistrationState } from '../../model/registration.ts';
import { nullable, Time } from '../contract/common.ts';

const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const ReportSchema = Type.Object({
  dryRun: Type.Boolean(),
  startedAt: Time,
  endedAt: nullable(Time, 'Null: it is under way.'),
  counts: Type.Object({
    looked: Count('Extensions and agents looked at so far.'),
    of: Count('Of so many.'),
    kept: Count('Events of ours that are in order.'),
    added: Count('Events that were added; in a dry run: that would be.'),
    removed: Count('Likewise.'),
  }),
  steps: Type.Array(
    Type.Object({
      do: Type.Enum(['add', 'remove', 'store', 'forget'], {
        description:
          '`add` and `remove` an event there; `store` the id of one that is found to be ours; `forget` a token that no event there has.',
      }),
      extension: Type.String({ description: 'As the phone system writes it, such as `0003*210`.' }),
      event: Type.String(),
      why: Type.String(),
    }),
    { description: 'What was done, or in a dry run would be: the first 200.' },
  ),
  moreSteps: Count('Steps that are not shown.'),
  problems: Type.Array(Type.String(), { description: 'What is not as it should be, and what to do: the first 50.' }),
  moreProblems: Count('Problems that are not shown.'),
});

export const RegistrationSchema = Type.Object({
  state: Type.Enum(['idle', 'running', 'resting'], { description: '`resting`: it goes on by itself later.' }),
  waiting: nullable(
    Type.Object({ until: Time, why: Type.String() }),
    'The phone system asked to wait, or did not answer; null: nothing is waited for.',
  ),
  last: nullable(ReportSchema, 'The last run that was not a dry one; null: none since the start.'),
});

const iso = (ms: number): string => new Date(ms).toISOString();

export const shownReport = ({ startedAt, endedAt, steps, problems, ...report }: RegistrationReport) => ({
  ...report,
  startedAt: iso(startedAt),
  endedAt: endedAt === null ? null : iso(endedAt),
  steps: [...steps],
  problems: [...problems],
});

export const shownRegistration = ({ state, waiting, last }: RegistrationState) => ({
  state,
  waiting: waiting && { ...waiting, until: iso(waiting.until) },
  last: last && shownReport(last),
});
