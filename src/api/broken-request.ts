import type { Socket } from 'node:net';
import { secretHex } from '../kit/random.ts';
import type { ProblemCode } from './problems/catalog.ts';
import { problemCatalog } from './problems/catalog.ts';
import { problemBody } from './problems/problem.ts';

/** What Node's parser calls them; all else that is no HTTP is a malformed request. */
const codes: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers bytes that never became a request, and hangs up: nothing after them can be trusted. */
export function answerBrokenRequest(error: Error, socket: Socket): void {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const problem = codes[code] ?? 'malformed_request';
  const body = JSON.stringify(problemBody({ code: problem }, secretHex(8)));
  const head = [
    `HTTP/1.1 ${problemCatalog[problem].status} Error`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
