/** The public API, as the commands use it. */
import { CommandFailure } from './failure.ts';
import { readFrames, type StreamFrame } from './sse.ts';

export interface Connection {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | null;
}

export interface ApiClient {
  get<T>(path: string): Promise<T>;
  send<T>(method: string, path: string, body: string, contentType?: string): Promise<T>;
  remove(path: string): Promise<void>;
  /** Until the server ends it or the signal is aborted; both end it quietly. */
  stream(path: string, lastId: string | null, signal: AbortSignal): AsyncGenerator<StreamFrame>;
}

interface ProblemAnswer {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly field?: string;
  readonly remedy?: string;
}

export function createClient({ url, token }: Connection): ApiClient {
  const ask = async (path: string, options: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(options.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const response = await reach(url, path, { ...options, headers });
    if (response.ok) return response;
    throw await failureOf(response, token);
  };
  return {
    get: async <T>(path: string) => (await (await ask(path)).json()) as T,
    send: async <T>(method: string, path: string, body: string, contentType = 'application/json') =>
      (await (await ask(path, { method, body, headers: { 'content-type': contentType } })).json()) as T,
    remove: async (path) => {
      await ask(path, { method: 'DELETE' });
    },
    stream: async function* stream(path, lastId, signal) {
      try {
        const response = await ask(path, { signal, headers: lastId === null ? {} : { 'last-event-id': lastId } });
        if (response.body) yield* readFrames(response.body);
      } catch (error) {
        if (error instanceof CommandFailure || !isEnd(error, signal)) throw error;
      }
    },
  };
}

/** The server went away in the middle, or we did. */
function isEnd(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof TypeError && error.message === 'terminated');
}

async function reach(url: string, path: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url + path, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const code = ((error as Error).cause as { code?: string } | undefined)?.code ?? (error as Error).message;
    throw new CommandFailure(
      `no Offhook answers at ${url} (${code}); start one with "offhook up", or say where it is with --url`,
    );
  }
}

async function failureOf(response: Response, token: string | null): Promise<CommandFailure> {
  const problem = (await response.json().catch(() => ({}))) as ProblemAnswer;
  if (response.status === 401 && token === null) {
    return new CommandFailure('a token is needed: set OFFHOOK_ADMIN_TOKEN or give --token', problem, 401);
  }
  const what = problem.detail ?? problem.title ?? `the server answered ${response.status}`;
  const remedy = problem.remedy === undefined ? '' : `\n${problem.remedy}`;
  const code = problem.code === undefined ? '' : ` (${problem.code})`;
  return new CommandFailure(`${what}${code}${remedy}`, problem, response.status);
}
