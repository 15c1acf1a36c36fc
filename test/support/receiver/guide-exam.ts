/** Puts a guide's program through the exam, and then behind a whole Offhook. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { newSigningSecret } from '../../../src/kit/signing-secret.ts';
import { withApp } from '../app.ts';
import { temporaryDir } from '../temporary-dir.ts';
import { type ExamSubject, failsOnce, receiverExam } from './exam.ts';
import { writeGuide } from './guide.ts';
import { freePort, type ProgramOptions, type ReceiverProgram, startProgram } from './program.ts';

export interface GuideProgram {
  readonly name: string;
  readonly guide: string;
  /** The file with the reader's own part, and what is put into it so that the exam's events fail once. */
  readonly handler: { readonly file: string; readonly change: (text: string, failsOnce: string) => string };
  readonly program: (
    port: number,
  ) => Pick<ProgramOptions, 'command' | 'args' | 'ready'> & { env?: Record<string, string> };
  /** Gets the directory ready, besides the guide's files. */
  readonly prepare?: (dir: string) => Promise<void>;
  readonly skip?: string | false;
}

const maxBodyBytes = 1_000_000;

export function guideExam({ name, guide, handler, program, prepare, skip = false }: GuideProgram): void {
  describe(`${guide}: ${name}`, { skip }, () => {
    const secrets = [newSigningSecret(), newSigningSecret()] as const;
    let dir: Awaited<ReturnType<typeof temporaryDir>>;
    let port = 0;
    let running: ReceiverProgram;

    const start = async (): Promise<void> => {
      const { env, ...options } = program(port);
      running = await startProgram(port, {
        ...options,
        cwd: dir.path,
        env: { OFFHOOK_SECRETS: secrets.join(','), ...env },
      });
    };

    before(async () => {
      dir = await temporaryDir('guide');
      await writeGuide(guide, dir.path);
      await prepare?.(dir.path);
      port = await freePort();
      await start();
    });
    after(async () => {
      await running.stop();
      await dir.remove();
    });

    test('events of a whole Offhook arrive, each once and in the order of its call', async () => {
      await withApp(
        async (app) => {
          const subscription = {
            name: name,
            dialect: 'cloudevents',
            events: ['call.*'],
            retry: { delays: ['20ms'], maxAttempts: 50 },
            endpoint: { url: running.url, signing: { secrets: [secrets[1]] } },
          };
          await app.client.send('POST', '/v1/subscriptions', JSON.stringify(subscription));
          const events = ['call.started', 'call.answered', 'call.ended'].flatMap((type) =>
            ['a', 'b', 'c', 'd'].map((call) => ({ id: `${call}-${type}`, type, call: { id: call } })),
          );
          await app.client.send('POST', '/v1/events', JSON.stringify(events));
          for (const { id } of events) await running.until(id);
          const handled = running.handled();
          assert.deepEqual([...handled].sort(), events.map(({ id }) => id).sort());
          for (const call of ['a', 'b', 'c', 'd']) {
            const types = handled.filter((id) => id.startsWith(`${call}-`)).map((id) => id.slice(2));
            assert.deepEqual(types, ['call.started', 'call.answered', 'call.ended']);
          }
        },
        { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1' },
      );
    });

    describe('with a handler that fails now and then', () => {
      before(async () => {
        await running.stop();
        const path = join(dir.path, handler.file);
        const text = await readFile(path, 'utf8');
        const changed = handler.change(text, failsOnce);
        assert.notEqual(changed, text);
        await writeFile(path, changed);
        await start();
      });
      receiverExam(
        (): ExamSubject => ({
          url: running.url,
          secrets,
          maxBodyBytes,
          handled: () => running.handled(),
          until: (id) => running.until(id),
        }),
      );
    });
  });
}
