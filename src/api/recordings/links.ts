/** Links to recordings that work for a short time without a token: for players and download programs, which have none. */
import { Type, type Static } from 'typebox';
import { sendUnauthenticated } from '../auth/authenticate.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { answerRecording } from './answer-recording.ts';
import type { RecordingDeps } from './find-recording.ts';

const validMs = 300_000;
const purposeOf = (recording: string): string => `recording ${recording}`;

/** Path and query of the link; null: who asks has no token that was made here. */
export function recordingLink(
  { grants }: Pick<ApiDeps['tenants'], 'grants'>,
  tokenId: string,
  recording: string,
): string | null {
  const lent = grants.lend(tokenId, purposeOf(recording), validMs);
  return lent && `/recordings/${encodeURIComponent(recording)}?grant=${encodeURIComponent(lent.text)}`;
}

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
const Query = Type.Object(
  { grant: Type.String({ maxLength: 1_024, description: 'As the link has it.' }) },
  { additionalProperties: false },
);

export function recordingLinkRoute(app: App, deps: RecordingDeps & Pick<ApiDeps, 'tenants'>): void {
  const facts = described({
    summary: 'The sound of a recorded call, by a link that was given out',
    description:
      'Links are given out by the APIs of vendors whose clients fetch recordings without a token. Each works for five minutes, for one recording, and while the token that asked for it is valid and may still see the call.',
    tag: 'calls',
    token: false,
    params: Params,
    querystring: Query,
    answers: {
      200: { description: 'The file.', type: 'audio/*' },
      206: { description: 'The part that was asked for.', type: 'audio/*' },
      401: { description: '`token_wrong`, `token_expired`: the link is not right, or no longer.' },
    },
  });
  type Route = { Params: Static<typeof Params>; Querystring: Static<typeof Query> };
  app.get<Route>('/recordings/:id', facts, async (request, reply) => {
    const { id } = request.params;
    const holder = deps.tenants.checkGrant(request.query.grant, purposeOf(id));
    if (holder === null) return sendUnauthenticated(reply, { code: 'token_wrong' });
    if (holder === 'expired') return sendUnauthenticated(reply, { code: 'token_expired' });
    const refuse = (problem: Problem) => sendProblem(reply, problem);
    return answerRecording(request, reply, deps, {
      ...{ access: holder.access, reader: holder.id },
      ...{ id, call: undefined, refuse },
    });
  });
}
