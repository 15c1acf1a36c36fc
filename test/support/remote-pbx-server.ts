/** A remote phone system's management API on a port of its own, with log-in. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createRemotePbx, type RemotePbx } from './remote-pbx.ts';

export const clientSecret = 'the-secret-of-the-client-9d1c';

export interface PbxServer {
  readonly pbx: RemotePbx;
  readonly url: string;
  /** Tokens it gave so far. */
  given: number;
  /** Only these are taken. */
  readonly valid: Set<string>;
  stop(): Promise<void>;
}

export async function startPbxServer(vendor: 'ringme' | 'voipnow', names: readonly string[]): Promise<PbxServer> {
  const pbx = createRemotePbx(vendor, names);
  const tokenPath = vendor === 'ringme' ? '/oauth/token' : '/oauth/token.php';
  const answer = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const body = await text(request);
    const send = (status: number, value: unknown, headers = {}): void => {
      reply.writeHead(status, { 'content-type': 'application/json', ...headers });
      reply.end(value === null ? '' : JSON.stringify(value));
    };
    if (request.url === tokenPath) {
      if (new URLSearchParams(body).get('client_secret') !== clientSecret)
        return send(401, { error: 'invalid_client' });
      const token = `token-${++server.given}`;
      server.valid.add(token);
      return send(200, { access_token: token, token_type: 'Bearer', expires_in: 3600 });
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (!server.valid.has(token)) return send(401, { error: 'invalid_token' });
    const json = body === '' ? undefined : (JSON.parse(body) as object);
    const said = pbx.answer({ method: request.method ?? '', path: request.url ?? '', json });
    if (said === 'nothing') return void request.socket.destroy();
    send(said.status, said.body, said.headers);
  };
  const http = createServer((request, reply) => void answer(request, reply));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server: PbxServer = {
    pbx,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    given: 0,
    valid: new Set(),
    stop: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}
