/**
 * Looks at everything a server needs, whether one runs or not, and says what is wrong and what helps. It changes
 * nothing: a file written to try the disk is taken away again, phone systems are only logged in to, receivers only
 * connected to.
 */
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../kit/clock.ts';
import { checkCredentials } from './credentials.ts';
import { checkDataDir, checkLock } from './data-dir.ts';
import { checkDatabase } from './database.ts';
import { type Finding, skipped } from './finding.ts';
import { checkLastAttempts } from './last-attempts.ts';
import { checkFileLimit } from './limits.ts';
import { checkPhoneSystems } from './phone-systems.ts';
import { checkClientCertificates } from './client-certificates.ts';
import { checkReceivers } from './receivers.ts';
import { checkServer } from './server.ts';
import { checkTlsFiles } from './tls-files.ts';

export type { Finding } from './finding.ts';

/** In the order they are found; a server on the same directory is not disturbed. */
export async function* examine(config: Config, clock: Clock): AsyncGenerator<Finding> {
  const { dir } = config.data;
  yield* await checkDataDir(dir, clock);
  const { isRunning, finding } = checkLock(dir);
  yield finding;
  const database = checkDatabase(dir, clock.now());
  yield* database.findings;
  const credentials = database.isReadable
    ? await checkCredentials(config)
    : { finding: skipped('credentials', 'the database can’t be looked into'), subscriptions: [] };
  yield credentials.finding;
  yield* await checkServer(config, isRunning);
  yield await checkTlsFiles(config, clock.now());
  yield await checkFileLimit(config);
  yield* await checkPhoneSystems(config, clock);
  yield* checkClientCertificates(credentials.subscriptions, clock.now());
  yield* await checkReceivers(config, credentials.subscriptions, clock);
  yield* checkLastAttempts(dir, credentials.subscriptions);
}
