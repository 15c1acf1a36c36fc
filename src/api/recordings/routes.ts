import { Type, type Static } from 'typebox';
import { callerIn } from '../auth/authenticate.ts';
import type { App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { answerRecording } from './answer-recording.ts';
import type { RecordingDeps } from './find-recording.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
const Query = Type.Object(
  {
    call: Type.Optional(
      Type.String({
        ...{ minLength: 1, maxLength: 256 },
        description: 'The call it is of: two phone systems may give recordings the same id.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function recordingRoutes(app: App, deps: RecordingDeps): void {
  const one = described({
    summary: 'The sound of a recorded call',
    description:
      'The file as the phone system wrote it, to whoever may see the call; part of it where `Range` asks for one. `connectors[].recordings` says where they lie. Of a call that a connector of the kind `ringme` reported, it is fetched from that phone system while you wait, and not kept.',
    tag: 'calls',
    least: 'extension',
    params: Params,
    querystring: Query,
    answers: {
      200: { description: 'The file.', type: 'audio/*' },
      206: { description: 'The part that was asked for.', type: 'audio/*' },
      404: { description: '`recording_not_found`; `recording_not_offered`: its phone system hands none out.' },
      416: { description: 'Nothing is where the range begins.' },
      502: { description: '`recording_refused`: its phone system answered, and not with the recording.' },
      503: { description: '`recording_unavailable`: its phone system does not answer, or not now; `Retry-After`.' },
    },
  });
  type Route = { Params: Static<typeof Params>; Querystring: Static<typeof Query> };
  app.get<Route>('/v1/recordings/:id', one, async (request, reply) => {
    const { access, author } = callerIn(request);
    const refuse = (problem: Problem) => sendProblem(reply, problem);
    const wanted = { access, reader: author.id, id: request.params.id, call: request.query.call, refuse };
    return answerRecording(request, reply, deps, wanted);
  });
}
