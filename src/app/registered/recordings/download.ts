/**
 * One request for a recording.
 *
 *   waiting ── head of a sound ──> flowing;   ── any other answer, or none, or too late ──> ended, as what it is
 *   flowing ── all of it ──> ended;   ── broken off, too long, nothing for `stalledMs` though it is wanted ──> ended, failed
 *   flowing ── nobody wants it any more, or reads it for `unreadMs` ──> ended: the connection is closed
 */
import { Readable } from 'node:stream';
import type { RemoteRecording, RemoteSound } from '../../../calls/recording-files.ts';
import type {
  AnswerHead,
  BodyFlow,
  BodyTaker,
  Exchange,
  OutgoingRequest,
  Sender,
} from '../../../delivery/sender/sender.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { soundIn } from './sound-head.ts';

type Told = RemoteRecording & {
  /** For the server's log alone: it may name addresses. */
  readonly cause?: string;
};
export type Downloaded = Told | { readonly kind: 'sent_on'; readonly location: string };

interface DownloadDeps {
  readonly clock: Clock;
  readonly sender: Sender;
  readonly maxBytes: number;
}

const stalledMs = 30_000;
/** A player that was paused asks for the rest when it goes on. */
const unreadMs = 120_000;
const notAsked = 'It answered with a part, though all was asked for.';

export function download(request: OutgoingRequest, { clock, sender, maxBytes }: DownloadDeps): Promise<Downloaded> {
  return new Promise((tell) => {
    const one = new Download({ clock, maxBytes, inPart: request.headers.includes('range') }, tell);
    sender.send({ ...request, taker: one }, (exchange) => one.ended(exchange), one.signal);
  });
}

class Download implements BodyTaker, BodyFlow {
  readonly maxBytes: number;
  readonly #clock: Clock;
  /** A part is asked for. */
  readonly #inPart: boolean;
  readonly #tell: (downloaded: Downloaded) => void;
  readonly #stop = new AbortController();
  #timer: Timer | null = null;
  #head: AnswerHead | null = null;
  #body: Readable | null = null;
  #refusal: string | null = null;

  constructor(
    { clock, maxBytes, inPart }: Omit<DownloadDeps, 'sender'> & { readonly inPart: boolean },
    tell: (downloaded: Downloaded) => void,
  ) {
    this.#clock = clock;
    this.maxBytes = maxBytes;
    this.#inPart = inPart;
    this.#tell = tell;
    this.#expect();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  begin(head: AnswerHead): BodyFlow | null {
    this.#head = head;
    if (head.status !== 200 && head.status !== 206) return null;
    const sound = soundIn(head, this.maxBytes);
    const problem = 'problem' in sound ? sound.problem : head.status === 206 && !this.#inPart ? notAsked : null;
    if ('problem' in sound || problem !== null) {
      this.#refusal = problem;
      this.#stop.abort();
      return this;
    }
    this.#flow(head, sound);
    return this;
  }

  #flow(head: AnswerHead, sound: Omit<RemoteSound, 'kind' | 'body'>): void {
    this.#expect();
    const body = new Readable({
      read: () => {
        this.#expect();
        head.resume();
      },
      destroy: (error, done) => {
        this.#timer?.cancel();
        this.#stop.abort();
        done(error);
      },
    });
    // It may break off before anybody listens.
    body.on('error', () => {});
    this.#body = body;
    this.#tell({ kind: 'sound', ...sound, body });
  }

  take(chunk: Buffer): boolean {
    this.#timer?.cancel();
    const wantsMore = this.#body?.push(chunk) ?? false;
    // While it is read slowly here, nothing is expected from there.
    if (wantsMore) this.#expect();
    else this.#expectReader();
    return wantsMore;
  }

  ended(exchange: Exchange): void {
    this.#timer?.cancel();
    if (this.#body === null) return this.#tell(this.#outcome(exchange));
    if (exchange.kind === 'answered') this.#body.push(null);
    else this.#body.destroy(new Error(`the recording broke off: ${exchange.message}`));
  }

  /** Something has to come from now on. */
  #expect(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(stalledMs, () => {
      if (this.#body) this.#body.destroy(new Error(`no more of the recording came for ${stalledMs} ms`));
      else this.#stop.abort();
    });
  }

  #expectReader(): void {
    this.#timer = this.#clock.schedule(unreadMs, () => {
      this.#body?.destroy(new Error(`nobody read the recording for ${unreadMs} ms`));
    });
  }

  #outcome(exchange: Exchange): Downloaded {
    if (this.#refusal !== null) return { kind: 'refused', why: this.#refusal };
    if (exchange.kind === 'failed') return failed(exchange);
    const { status, retryAfterMs } = exchange;
    const headers = this.#head?.headers ?? {};
    const { location } = headers;
    if (status >= 300 && status < 400 && typeof location === 'string') return { kind: 'sent_on', location };
    if (status === 404 || status === 410) return { kind: 'gone' };
    if (status === 416) return { kind: 'beyond', contentRange: contentRangeIn(headers) };
    if (status === 408 || status === 429 || status >= 500) {
      return { kind: 'unavailable', why: `It answered with status ${status}.`, waitMs: retryAfterMs };
    }
    const said = status === 401 || status === 403 ? 'It does not take our credentials' : 'It won’t hand it out';
    return { kind: 'refused', why: `${said} (status ${status}).` };
  }
}

function contentRangeIn({ 'content-range': range }: AnswerHead['headers']): string | null {
  return typeof range === 'string' && /^bytes \*\/\d{1,15}$/.test(range) ? range : null;
}

function failed({ failure, message, credentialsRefused }: Exchange & { kind: 'failed' }): Downloaded {
  if (credentialsRefused) return { kind: 'refused', why: 'It does not take our credentials.', cause: message };
  if (failure === 'refused_address') {
    return { kind: 'refused', why: 'It is, or sends on to, an address that Offhook may not call.', cause: message };
  }
  if (failure === 'bad_url')
    return { kind: 'refused', why: 'It sends on to a place that can’t be asked.', cause: message };
  return { kind: 'unavailable', why: 'No answer came from it, or not in time.', waitMs: null, cause: message };
}
