import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/schema.ts';
import { mostRequests } from '../../delivery/share/most-requests.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

/** What files the process needs besides connections. */
const besides = 100;
const fewest = 256;

/** Of this process: a server started in the same way has the same. */
export async function checkFileLimit({ server }: Config): Promise<Finding> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft, hard] = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text) ?? [];
  if (soft === undefined) return skipped('open files', 'this system does not tell');
  // Node raises the soft limit to the hard one at its start.
  const limit = soft === 'unlimited' ? Infinity : Number(soft);
  const needed = server.maxConnections + mostRequests + besides;
  const remedy = `raise it to ${needed} (LimitNOFILE in the systemd unit, ulimit -n, --ulimit nofile), or lower server.maxConnections`;
  const detail = `at most ${soft} (hard limit ${hard}), and up to ${needed} may be needed`;
  if (limit < fewest) return failed('open files', detail, remedy);
  return limit < needed ? warning('open files', detail, remedy) : ok('open files', `at most ${soft}`);
}
