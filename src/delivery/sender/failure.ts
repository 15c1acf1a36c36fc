/** Turns what Node and undici report into the few failures a user meets. Messages name hosts, never paths or headers. */
import { SendError } from './send-error.ts';
import { tlsReason } from './tls-reason.ts';

type CodedError = Error & { readonly code?: unknown };

const codeOf = (error: Error): string => {
  const { code } = error as CodedError;
  return typeof code === 'string' ? code : '';
};

/** Trying several addresses of one name fails as one error that holds them all: the first says it best. */
function firstOf(error: Error): Error {
  if (!(error instanceof AggregateError)) return error;
  const [first] = error.errors;
  return first instanceof Error ? first : error;
}

const dnsCode = /^(?:ENOTFOUND|ENODATA|EAI_\w+|ESERVFAIL|EREFUSED|EBADNAME)$/;
const tlsCode =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$)/;
const resetCode =
  /^(?:ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/;

/** What went wrong before there was a connection. `handshaking`: TCP was there, TLS not yet. */
export function connectFailure(cause: Error, hostname: string, handshaking: boolean): SendError {
  if (cause instanceof SendError) return cause;
  const error = firstOf(cause);
  if (error instanceof SendError) return error;
  const code = codeOf(error);
  if (dnsCode.test(code)) return new SendError('dns', `${hostname} cannot be resolved (${code})`, { cause });
  if (handshaking || tlsCode.test(code)) {
    return new SendError('tls', `no trusted TLS connection to ${hostname}: ${tlsReason(error, code)}`, { cause });
  }
  return new SendError('connect', `no connection to ${hostname}: ${error.message}`, { cause });
}

/** What went wrong after the request was handed to a connection. */
export function exchangeFailure(cause: Error): SendError {
  if (cause instanceof SendError) return cause;
  const code = codeOf(cause);
  if (resetCode.test(code)) {
    return new SendError('reset', `the connection was closed before the answer was complete (${code})`, { cause });
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return new SendError('response_too_large', 'the head of the answer is larger than 16 kB', { cause });
  }
  // An alert that came after the handshake: with TLS 1.3 that is when a receiver has looked at our certificate.
  if (tlsCode.test(code)) return new SendError('tls', tlsReason(cause, code), { cause });
  if (code.startsWith('HPE_')) return new SendError('other', `the answer is not HTTP/1.1 (${code})`, { cause });
  return new SendError('other', cause.message, { cause });
}
