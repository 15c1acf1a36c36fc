import { createServer, isIPv6 } from 'node:net';
import type { Config } from '../../config/schema.ts';
import { failed, type Finding, ok, reasonOf, warning } from './finding.ts';

interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly optional: boolean; readonly problem: string | null }[];
}

const answerWithinMs = 5_000;

/** The running server's own word; or, where none runs, whether its port is free. */
export async function checkServer({ server }: Config, isRunning: boolean): Promise<Finding[]> {
  if (!isRunning) return [await checkPort(server)];
  // Its certificate is for its public name, not for this address: who answers is known from the lock.
  if (server.tls.cert !== null) return [ok('server', 'it runs; with TLS its /readyz says how it is')];
  try {
    const host = server.host === '0.0.0.0' ? '127.0.0.1' : server.host === '::' ? '::1' : server.host;
    const url = `http://${isIPv6(host) ? `[${host}]` : host}:${server.port}/readyz`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    return told((await answer.json()) as Readiness);
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error;
    const detail = `a server has the data directory, and does not answer at ${server.host}:${server.port} (${reasonOf(cause)})`;
    return [
      failed(
        'server',
        detail,
        'give doctor the configuration that the server was started with; else look at its log, and restart it',
      ),
    ];
  }
}

function told({ ready, checks }: Readiness): Finding[] {
  const troubles = checks.flatMap(({ name, optional, problem }) => {
    if (problem === null) return [];
    const tell = optional ? warning : failed;
    return [tell(`server: ${name}`, problem, 'its log says since when; the operator’s guide says what helps')];
  });
  return ready ? [ok('server', 'it runs and is ready'), ...troubles] : troubles;
}

function checkPort({ host, port }: Config['server']): Promise<Finding> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const remedy =
        error.code === 'EADDRINUSE'
          ? `another program has it (ss -ltnp | grep ${port}): stop it, or set server.port`
          : 'set server.host to an address of this machine and server.port to one above 1023';
      resolve(failed('port', `${host}:${port} can't be listened on (${error.code})`, remedy));
    });
    probe.listen(port, host, () => probe.close(() => resolve(ok('port', `${host}:${port} is free`))));
  });
}
