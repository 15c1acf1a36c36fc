/** A whole Offhook on a free port with a directory of its own, stopped and cleared away by the test that started it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type AppOverrides, createApp } from '../../src/app/create-app.ts';
import { type ApiClient, createClient } from '../../src/cli/client.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { showProblem } from '../../src/config/place.ts';
import { silentLogger } from '../../src/kit/logger.ts';

export const appToken = 'the-token-of-the-administrator';

export interface TestApp {
  readonly app: App;
  readonly dir: string;
  readonly url: string;
  /** With the administrator's token. */
  readonly client: ApiClient;
  /** A request with the administrator's token; a path or a whole URL. */
  fetch(path: string, options?: RequestInit): Promise<Response>;
  /** Stops it; the directory stays, for another start in it. */
  stop(): Promise<void>;
}

/**
 * @param env configuration as the environment would give it, over the defaults: `OFFHOOK_CONNECTORS`, …
 * @param dir a directory from an earlier start; a new one by default
 */
export async function startApp(
  env: Readonly<Record<string, string>> = {},
  { dir, ...overrides }: AppOverrides & { readonly dir?: string } = {},
): Promise<TestApp> {
  const data = dir ?? (await mkdtemp(join(tmpdir(), 'offhook-test-')));
  const usual = { OFFHOOK_PORT: '0', OFFHOOK_DATA_DIR: data, OFFHOOK_ADMIN_TOKEN: appToken };
  // A path that is not there would be an error only where it was named; this names an empty file.
  const loaded = loadConfig({ env: { ...usual, ...env }, file: '/dev/null' });
  if ('problems' in loaded) throw new Error(loaded.problems.map(showProblem).join('\n'));
  const app = createApp(loaded.config, { logger: silentLogger, ...overrides });
  await app.start();
  const url = app.url();
  const authorization = `Bearer ${loaded.config.admin.token ?? app.madeToken()}`;
  return {
    app,
    url,
    dir: data,
    client: createClient({ url, token: loaded.config.admin.token ?? app.madeToken() }),
    fetch: (path, options = {}) =>
      fetch(new URL(path, url), { ...options, headers: { authorization, ...(options.headers as object) } }),
    stop: () => app.stop(),
  };
}

/** Runs a test with an app, and leaves nothing behind. */
export async function withApp(
  use: (app: TestApp) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
  overrides: AppOverrides = {},
): Promise<void> {
  const running = await startApp(env, overrides);
  try {
    await use(running);
  } finally {
    await running.stop();
    await rm(running.dir, { recursive: true, force: true });
  }
}
