/**
 * A call that stands at a phone played by sipp, and what the phone can be told to do with it. sipp takes its orders as
 * datagrams that look like requests of the call itself (`sipp-scenarios.ts`), so that they come between two of the PBX's.
 */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import type { RealAsterisk } from './asterisk.ts';
import type { Order } from './sipp-scenarios.ts';

export interface Line {
  /** Sends the other party on to a number without asking it (REFER). */
  refer(number: string): Promise<void>;
  /** Joins the other parties of this line and of another one of the same phone (REFER with Replaces). */
  join(other: Line): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  hangUp(): Promise<void>;
  /** Keys pressed during the call, as Asterisk hears them. */
  press(keys: string): Promise<void>;
  /** Name of its channel in Asterisk. */
  channel(): Promise<string>;
  /** The call's ids, as a `Replaces` header has them. */
  readonly replaces: string;
}

/** What sipp noted of the call: `line|CALL-ID|OWN TAG|the other's header`. */
interface Noted {
  readonly callId: string;
  readonly ownTag: string;
  readonly otherTag: string;
}

export interface PhoneAt {
  readonly host: string;
  readonly port: number;
  /** sipp's log. */
  readonly log: string;
  /** Endpoint in Asterisk, such as `101`. */
  readonly endpoint: string;
}

/** A PBX calls back after some seconds, and a busy machine takes more. */
const patienceMs = 20_000;
const lookEveryMs = 20;
const keyMs = 120;

/** The n-th call that the phone has answered, or that was answered for it; waits for it. */
export async function lineOf(asterisk: RealAsterisk, phone: PhoneAt, index: number): Promise<Line> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const noted = (await linesIn(phone.log))[index];
    if (noted) return controlled(asterisk, phone, noted);
    if (Date.now() > until) throw new Error(`${phone.endpoint} has no call ${index + 1}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

async function linesIn(log: string): Promise<Noted[]> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return [...text.matchAll(/line\|([^|\n]+)\|([^|\n]+)\|.*?tag=([^;>\s]+)/g)].map(([, callId, ownTag, otherTag]) => ({
    callId: callId ?? '',
    ownTag: ownTag ?? '',
    otherTag: otherTag ?? '',
  }));
}

function controlled(asterisk: RealAsterisk, phone: PhoneAt, noted: Noted): Line {
  const { callId, ownTag, otherTag } = noted;
  let sequence = 900;
  const tell = (order: Order, to = ''): Promise<void> =>
    send(phone, [
      `${order} sip:phone@${phone.host}:${phone.port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${phone.host}:${phone.port};branch=z9hG4bK-order-${callId}-${++sequence}`,
      `From: <sip:hand@${phone.host}>;tag=hand`,
      `To: <sip:phone@${phone.host}>;tag=${ownTag}`,
      `Call-ID: ${callId}`,
      `CSeq: ${sequence} ${order}`,
      `X-Seq: ${sequence}`,
      ...(to === '' ? [] : [`X-To: <${to}>`]),
      'Content-Length: 0',
    ]);
  const pbx = `127.0.0.1:${asterisk.ports.sip}`;
  const replaces = `${callId};to-tag=${otherTag};from-tag=${ownTag}`;
  let known: Promise<string> | null = null;
  const channel = (): Promise<string> => (known ??= channelOf(asterisk, phone.endpoint, callId));
  return {
    refer: (number) => tell('DO-REFER', `sip:${number}@${pbx}`),
    join: (other) => tell('DO-REFER', `sip:anybody@${pbx}?Replaces=${encodeURIComponent(other.replaces)}`),
    hold: () => tell('DO-HOLD'),
    resume: () => tell('DO-RESUME'),
    hangUp: () => tell('DO-BYE'),
    press: async (keys) => {
      const name = await channel();
      const digits = Array.from(keys, (Digit) => ({ Channel: name, Digit, Receive: 'true', Duration: '80' }));
      // Over one log-in: the PBX waits seconds for the next key, and on a busy machine each log-in takes its time.
      await asterisk.actions('PlayDTMF', digits, keyMs);
      await new Promise((resolve) => setTimeout(resolve, keyMs));
    },
    channel,
    replaces,
  };
}

async function channelOf(asterisk: RealAsterisk, endpoint: string, callId: string): Promise<string> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const name = await findChannel(asterisk, endpoint, callId);
    if (name !== null) return name;
    if (Date.now() > until) throw new Error(`no channel of ${endpoint} has the call ${callId}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

async function findChannel(asterisk: RealAsterisk, endpoint: string, callId: string): Promise<string | null> {
  const shown = await asterisk.console('core show channels concise');
  const names = shown.split('\n').flatMap((line) => line.split('!')[0] ?? []);
  const own = names.filter((name) => name.startsWith(`PJSIP/${endpoint}-`));
  // An Asterisk 16 does not say which call of the phone a channel is.
  if (own.length === 1 && own[0] !== undefined) return own[0];
  for (const name of own) {
    // One that has just ended is no longer there to be asked.
    const { Value } = await asterisk
      .action('Getvar', { Channel: name, Variable: 'CHANNEL(pjsip,call-id)' })
      .catch(() => ({ Value: null }));
    if (Value === callId) return name;
  }
  return null;
}

function send({ host, port }: PhoneAt, lines: readonly string[]): Promise<void> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, host, (error) => {
      socket.close();
      if (error) reject(error);
      else resolve();
    });
  });
}
