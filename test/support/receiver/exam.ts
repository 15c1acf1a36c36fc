/**
 * What any receiver has to pass, whatever it is written in: the library under each web framework, and the programs of
 * the guides. Requests are Offhook's own, some of them spoilt.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSigningSecret } from '../../../src/kit/signing-secret.ts';
import { notificationOf, pairs, post, type RawRequest, signedRequest, storedEvent, withHeader } from './requests.ts';

export interface ExamSubject {
  readonly url: string;
  /** The two it knows, as during a rotation. */
  readonly secrets: readonly [string, string];
  /** Most bytes of a body it takes. */
  readonly maxBodyBytes: number;
  /** Ids of the events its handler has succeeded with, in order, as far as has been heard of them. */
  handled(): readonly string[];
  /** Resolves when it has been heard that the handler succeeded with this one. */
  until(id: string): Promise<void>;
}

/** A subject's handler has to fail once on every event whose id begins with this. */
export const failsOnce = 'fails-once';

type Question = (subject: ExamSubject) => Promise<void>;

let count = 0;
const newEventId = (start = 'event'): string => `${start}-${++count}`;

interface Case {
  readonly id: string;
  readonly request: RawRequest;
}

function notice(subject: ExamSubject, facts: { id?: string; at?: number; secrets?: readonly string[] } = {}): Case {
  const { id = newEventId(), secrets = [subject.secrets[0]], ...rest } = facts;
  return { id, request: notificationOf([storedEvent({ id })], { secrets, ...rest }) };
}

const timesHandled = (subject: ExamSubject, id: string): number => subject.handled().filter((one) => one === id).length;

async function isTaken(subject: ExamSubject, { id, request }: Case, chunked = false): Promise<void> {
  const answer = await post(subject.url, request, chunked);
  assert.equal(answer.status, 200, answer.text);
  await subject.until(id);
}

async function isRefused(subject: ExamSubject, wanted: Case, status: number, chunked = false): Promise<void> {
  const answer = await post(subject.url, wanted.request, chunked);
  assert.equal(answer.status, status, answer.text);
  // Whoever handled it all the same has said so before what comes now is handled.
  await isTaken(subject, notice(subject));
  assert.equal(timesHandled(subject, wanted.id), 0, 'refused, and handled all the same');
}

/** Nothing was handled twice: asked when all that came before has been heard of. */
async function nothingTwice(subject: ExamSubject): Promise<void> {
  await isTaken(subject, notice(subject));
  const handled = subject.handled();
  assert.equal(new Set(handled).size, handled.length, `handled twice: ${handled.join(' ')}`);
}

const changed = (wanted: Case, name: string, value: string | null): Case => ({
  ...wanted,
  request: { ...wanted.request, headers: withHeader(wanted.request.headers, name, value) },
});

const valueOf = (wanted: Case, name: string): string =>
  pairs(wanted.request.headers).find(([key]) => key === name)?.[1] ?? assert.fail(`no ${name}`);

const signatureNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

const questions: Readonly<Record<string, Question>> = {
  'takes what is signed, once however often it comes': async (subject) => {
    const wanted = notice(subject);
    await isTaken(subject, wanted);
    await isTaken(subject, wanted);
    await isTaken(subject, notice(subject));
  },

  'takes either secret, and what both have signed': async (subject) => {
    await isTaken(subject, notice(subject, { secrets: [subject.secrets[1]] }));
    await isTaken(subject, notice(subject, { secrets: [newSigningSecret(), subject.secrets[1]] }));
    await isTaken(subject, notice(subject, { secrets: [subject.secrets[1], subject.secrets[0]] }));
  },

  'refuses a secret it does not know, and a signature that is none': async (subject) => {
    await isRefused(subject, notice(subject, { secrets: [newSigningSecret()] }), 401);
    const wanted = notice(subject);
    const signature = valueOf(wanted, 'webhook-signature');
    for (const spoilt of [
      'v1,',
      'v1',
      signature.slice(3),
      signature.replace('v1,', 'v2,'),
      signature.slice(0, -2),
      `${signature}A`,
      signature.toUpperCase(),
      'v1,\u00e9\u00e9',
      ', , ,',
      'v1,AAAA'.repeat(100),
    ]) {
      await isRefused(subject, changed(wanted, 'webhook-signature', spoilt), 401);
    }
    await isTaken(subject, wanted);
  },

  'refuses another body, id or time than the signed one': async (subject) => {
    const wanted = notice(subject);
    const other = { ...wanted, request: { ...wanted.request, body: `${String(wanted.request.body)} ` } };
    await isRefused(subject, other, 401);
    await isRefused(subject, changed(wanted, 'webhook-id', '7-999999'), 401);
    const later = String(Number(valueOf(wanted, 'webhook-timestamp')) + 1);
    await isRefused(subject, changed(wanted, 'webhook-timestamp', later), 401);
    await isTaken(subject, wanted);
  },

  'refuses what was signed too long ago, or ahead': async (subject) => {
    await isRefused(subject, notice(subject, { at: Date.now() - 400_000 }), 401);
    await isRefused(subject, notice(subject, { at: Date.now() + 400_000 }), 401);
    await isTaken(subject, notice(subject, { at: Date.now() - 200_000 }));
    const wanted = notice(subject);
    const timestamp = valueOf(wanted, 'webhook-timestamp');
    for (const spoilt of [
      '',
      'now',
      `${timestamp}.5`,
      `${timestamp}s`,
      `+${timestamp}`,
      '1e10',
      '9'.repeat(40),
      '-1',
    ]) {
      await isRefused(subject, changed(wanted, 'webhook-timestamp', spoilt), 401);
    }
  },

  'refuses a signature with a part missing': async (subject) => {
    for (const name of signatureNames) await isRefused(subject, changed(notice(subject), name, null), 401);
  },

  'refuses a header of the signature that came twice': async (subject) => {
    for (const name of signatureNames) {
      const wanted = notice(subject);
      const { headers } = wanted.request;
      const wrong = name === 'webhook-signature' ? `v1,${'A'.repeat(43)}=` : '1';
      for (const doubled of [
        [...headers, name, wrong],
        [name, wrong, ...headers],
        [...headers, name.toUpperCase(), valueOf(wanted, name)],
      ]) {
        await isRefused(subject, { ...wanted, request: { ...wanted.request, headers: doubled } }, 401);
      }
    }
  },

  'reads names of headers in any case': async (subject) => {
    for (const spell of [
      (name: string) => name.toUpperCase(),
      (name: string) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
    ]) {
      const wanted = notice(subject);
      const headers = pairs(wanted.request.headers).flatMap(([name, value]) => [spell(name), value]);
      await isTaken(subject, { ...wanted, request: { ...wanted.request, headers } });
    }
  },

  'handles again what its handler failed with, and then no more': async (subject) => {
    const id = newEventId(failsOnce);
    const event = storedEvent({ id });
    const attempt = (): RawRequest => notificationOf([event], { secrets: [subject.secrets[0]] });
    const first = await post(subject.url, attempt());
    assert.equal(first.status, 500, first.text);
    await isTaken(subject, { id, request: attempt() });
    await isTaken(subject, { id, request: attempt() });
  },

  'handles an event once, however many send it at a time': async (subject) => {
    const wanted = notice(subject);
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(subject.url, wanted.request)));
    for (const { status, text } of answers) assert.ok(status === 200 || status === 409, `${status}: ${text}`);
    assert.ok(answers.some(({ status }) => status === 200));
    await isTaken(subject, wanted);
  },

  'refuses a body that is too large, announced or not': async (subject) => {
    const body = JSON.stringify({ padding: 'x'.repeat(subject.maxBodyBytes) });
    const wanted = { id: newEventId(), request: signedRequest(body, { secrets: [subject.secrets[0]] }) };
    await isRefused(subject, wanted, 413);
    await isRefused(subject, wanted, 413, true);
    await isTaken(subject, notice(subject));
  },

  'takes a body whose length was not announced': async (subject) => {
    await isTaken(subject, notice(subject), true);
  },

  'calls unreadable what is signed, and no notification': async (subject) => {
    const { id, request } = notice(subject);
    const facts = { secrets: [subject.secrets[0]] };
    const text = String(request.body);
    for (const body of [
      '',
      text.slice(0, -1),
      `${text}${text}`,
      'null',
      '[]',
      '"text"',
      '{}',
      text.replace('"specversion":"1.0"', '"specversion":"0.3"'),
      text.replace(/"data":\{"id":"[^"]*"/, '"data":{"id":7'),
      '['.repeat(2_000),
      Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]),
      Buffer.from(text, 'utf16le'),
    ]) {
      await isRefused(subject, { id, request: signedRequest(body, facts) }, 400);
    }
    await isRefused(subject, { id, request: signedRequest(text, { ...facts, type: 'text/plain' }) }, 400);
    await isTaken(subject, { id, request });
  },

  'reads the bytes that were signed, whatever charset is claimed': async (subject) => {
    const id = newEventId('zoe');
    const event = storedEvent({ id, domain: 'acme & söhne 🤝' });
    const request = notificationOf([event], { secrets: [subject.secrets[0]] });
    for (const type of [
      'application/cloudevents+json; charset=utf-16',
      'Application/CloudEvents+JSON;charset="latin1"',
    ]) {
      await isTaken(subject, {
        id,
        request: { ...request, headers: withHeader(request.headers, 'content-type', type) },
      });
    }
  },
};

/** One test for each question. @param options of all of them, such as a reason to skip */
export function receiverExam(subject: () => ExamSubject, options: { readonly skip?: string | false } = {}): void {
  for (const [name, ask] of Object.entries(questions)) {
    test(name, options, async () => {
      await ask(subject());
      await nothingTwice(subject());
    });
  }
}
