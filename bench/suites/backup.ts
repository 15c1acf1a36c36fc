import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { besideSuite, type Work } from '../support/beside.ts';
import { removeDir, temporaryDir } from '../support/temporary.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Backups, one after the other, until told to stop: all of the measured time is spent in one. */
class Backups implements Work<number> {
  readonly #dataDir: string;
  readonly #into = temporaryDir();
  readonly #running: Promise<void>;
  #child: ChildProcess | null = null;
  #stopped = false;
  #made = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#running = this.#run();
  }

  /** @returns how many were whole */
  async stop(): Promise<number> {
    this.#stopped = true;
    this.#child?.kill('SIGKILL');
    await this.#running;
    removeDir(this.#into);
    return this.#made;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const args = [main, 'backup', `${this.#into}/${this.#made}`, '--data-dir', this.#dataDir];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      this.#child = child;
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code === 0) this.#made++;
      else if (!this.#stopped) throw new Error(`a backup failed: ${said}`);
    }
  }
}

export const backup = besideSuite<number>({
  name: 'backup',
  title: 'while the store is backed up again and again',
  events: { whole: 1_000_000, quick: 300_000 },
  labels: { side: 'during a backup', purpose: 'to copy' },
  atMost: 1.5,
  fill: async (generator, { url, token }, events) => {
    const to = { url: `${url}/v1/events`, token, concurrency: 4 };
    // Of a domain nobody listens to: they are what there is to copy.
    await generator.call('fill', { to, plan: { events, batchSize: 500, domains: 1 } });
  },
  begin: ({ dataDir }) => new Backups(dataDir),
  counted: (done) => `${done.reduce((sum, made) => sum + made, 0)} whole backups`,
});
