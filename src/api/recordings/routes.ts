import { Type, type Static } from 'typebox';
import { accessOf } from '../auth/authenticate.ts';
import type { App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { findRecording, type RecordingDeps } from './find-recording.ts';
import { sendRecording } from './send-recording.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });

export function recordingRoutes(app: App, deps: RecordingDeps): void {
  const one = described({
    summary: 'The sound of a recorded call',
    description:
      'The file as the phone system wrote it, to whoever may see the call; part of it where `Range` asks for one. `connectors[].recordings` says where they lie.',
    tag: 'calls',
    least: 'extension',
    params: Params,
    answers: {
      200: { description: 'The file.', type: 'audio/*' },
      206: { description: 'The part that was asked for.', type: 'audio/*' },
    },
  });
  app.get<{ Params: Static<typeof Params> }>('/v1/recordings/:id', one, async (request, reply) => {
    const found = await findRecording(deps, accessOf(request), request.params.id);
    return 'problem' in found ? sendProblem(reply, found.problem) : sendRecording(request, reply, found.file);
  });
}
