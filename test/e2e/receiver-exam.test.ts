/** The receiver's library under every web framework it has a handler for, over real HTTP. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { newSigningSecret } from '../../src/kit/signing-secret.ts';
import { createReceiver, type OffhookEvent } from '../../src/receiver/index.ts';
import { type ExamSubject, failsOnce, receiverExam } from '../support/receiver/exam.ts';
import { type Framework, frameworks, type Serving } from '../support/receiver/serving.ts';

for (const name of Object.keys(frameworks) as Framework[]) {
  describe(`a receiver on ${name}`, () => {
    const secrets = [newSigningSecret(), newSigningSecret()] as const;
    const maxBodyBytes = 300_000;
    const handled: string[] = [];
    const failed = new Set<string>();
    let serving: Serving;

    const onEvent = async ({ id }: OffhookEvent): Promise<void> => {
      // The next turn of the event loop: what comes at the same time has a chance to come in between.
      await new Promise(setImmediate);
      if (id.startsWith(failsOnce) && !failed.has(id)) {
        failed.add(id);
        throw new Error('the handler fails');
      }
      handled.push(id);
    };

    before(async () => {
      const receiver = createReceiver({ secrets, onEvent, maxBodyBytes, onError: () => {} });
      serving = await frameworks[name](receiver);
    });
    after(() => serving.stop());
    const until = async (id: string): Promise<void> =>
      assert.ok(handled.includes(id), `answered before it was handled`);
    receiverExam((): ExamSubject => ({ url: serving.url, secrets, maxBodyBytes, handled: () => handled, until }));
  });
}
