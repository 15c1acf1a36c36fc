import { createHash } from 'node:crypto';
import type { AmiAction } from './action.ts';
import type { AmiEndpoint } from './endpoint.ts';
import type { ActionResult } from './pending.ts';

export type LoginResult = { readonly kind: 'ok' } | { readonly kind: 'refused' | 'failed'; readonly problem: string };

type Ask = (action: AmiAction) => Promise<ActionResult>;

/** Logs in by the endpoint's method, and asks for events. The secret appears in no result. */
export async function logIn(endpoint: AmiEndpoint, ask: Ask): Promise<LoginResult> {
  const proof = endpoint.login === 'plain' ? { Secret: endpoint.secret } : await answerChallenge(endpoint, ask);
  if ('problem' in proof) return proof;
  return judge(await ask({ name: 'Login', headers: { Username: endpoint.username, ...proof, Events: 'on' } }));
}

type Proof = { readonly AuthType: 'MD5'; readonly Key: string };

async function answerChallenge(
  endpoint: AmiEndpoint,
  ask: Ask,
): Promise<Proof | Exclude<LoginResult, { readonly kind: 'ok' }>> {
  const result = await ask({ name: 'Challenge', headers: { AuthType: 'MD5' } });
  const challenge = result.kind === 'ok' ? result.response.get('Challenge') : null;
  if (challenge === null) {
    const problem = result.kind === 'ok' ? 'the answer had none' : result.problem;
    return { kind: 'failed', problem: `the server gave no MD5 challenge: ${problem}` };
  }
  // MD5 is what the manager interface knows; TLS is what protects the connection.
  return {
    AuthType: 'MD5',
    Key: createHash('md5')
      .update(challenge + endpoint.secret)
      .digest('hex'),
  };
}

function judge(result: ActionResult): LoginResult {
  if (result.kind === 'ok') return { kind: 'ok' };
  if (result.kind === 'refused') return { kind: 'refused', problem: result.problem };
  return { kind: 'failed', problem: `no answer to the log-in: ${result.problem}` };
}
