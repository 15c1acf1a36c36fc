/** Recordings by the RecID of a hang-up: the sound itself, and a link to it for whoever has no token at hand. */
import type { FacadeRoute } from '../../facade.ts';
import { ringmeRefusal } from './ringme-errors.ts';
import { clientOf } from './ringme-resource.ts';

const path = '/client/:client/record/:record';

export const recordRoutes: readonly FacadeRoute[] = [
  {
    method: 'GET',
    path,
    summary: 'The sound of a recorded call',
    description: 'By the `RecID` of its hang-up, to whoever may see the call.',
    least: 'user',
    handle: async (request, context) => {
      const client = clientOf(request, context);
      return 'refusal' in client ? ringmeRefusal(client.refusal) : { recording: request.params['record'] ?? '' };
    },
  },
  {
    method: 'GET',
    path: `${path}/storage_url`,
    summary: 'A link to the sound of a recorded call',
    description: '`record_url` works for five minutes, without a token, while the token that asked is valid.',
    least: 'user',
    handle: async (request, context) => {
      const client = clientOf(request, context);
      if ('refusal' in client) return ringmeRefusal(client.refusal);
      return { status: 200, body: { record_url: context.recordingLink(request.params['record'] ?? '') } };
    },
  },
];
