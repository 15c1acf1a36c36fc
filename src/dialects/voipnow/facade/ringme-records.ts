/** Recordings by the RecID of a hang-up: the sound itself, and a link to it for whoever has no token at hand. */
import type { FacadeAnswer, FacadeContext, FacadeRequest, FacadeRoute } from '../../facade.ts';
import { notFound, ringmeRefusal } from './ringme-errors.ts';
import { clientOf } from './ringme-resource.ts';

const path = '/client/:client/record/:record';
const noRecord = ringmeRefusal(notFound('record').refusal);

/** Who may see the call decides; the client named is only looked at where it is not their own. */
function refused(request: FacadeRequest, context: FacadeContext): FacadeAnswer | null {
  if (request.params['client'] === '@me') return null;
  const client = clientOf(request, context);
  return 'refusal' in client ? ringmeRefusal(client.refusal) : null;
}

export const recordRoutes: readonly FacadeRoute[] = [
  {
    method: 'GET',
    path,
    summary: 'The sound of a recorded call',
    description: 'By the `RecID` of its hang-up, to whoever may see the call.',
    answer: { status: 200, description: 'The file.' },
    least: 'user',
    handle: async (request, context) => refused(request, context) ?? { recording: request.params['record'] ?? '' },
  },
  {
    method: 'GET',
    path: `${path}/storage_url`,
    summary: 'A link to the sound of a recorded call',
    description: '`record_url` works for five minutes, without a token, while the token that asked is valid.',
    answer: { status: 200, description: '`record_url`.' },
    least: 'user',
    handle: async (request, context) => {
      const no = refused(request, context);
      if (no) return no;
      const url = await context.recordingLink(request.params['record'] ?? '');
      return url === null ? noRecord : { status: 200, body: { record_url: url } };
    },
  },
];
