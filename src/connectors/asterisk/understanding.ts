/** Notes what the PBX says and is not understood: lines that are no headers, and events that are doubtful. */
import { type NotUnderstood, NotUnderstoodTally, type TallyParts } from '../not-understood.ts';
import type { AmiFlaw } from './ami/flaw.ts';
import type { AmiPacket } from './ami/packet.ts';
import { sampleOf, sampleOfLine } from './ami/sample.ts';
import { Doubts } from './normaliser/doubts.ts';

export class Understanding {
  readonly #tally: NotUnderstoodTally;
  readonly #secret: string;
  #doubts = new Doubts();

  /** @param secret is in no sample: what answers may be no PBX and send back what it was sent. */
  constructor(parts: TallyParts, secret: string) {
    this.#tally = new NotUnderstoodTally(parts);
    this.#secret = secret;
  }

  /** A new connection: what was said on the one before contradicts nothing. */
  begin(): void {
    this.#doubts = new Doubts();
  }

  hear(packet: AmiPacket): void {
    const doubt = this.#doubts.about(packet);
    if (doubt !== null) this.#tally.note(doubt, () => this.#withoutSecret(sampleOf(packet)));
  }

  flaw({ kind, text }: AmiFlaw): void {
    this.#tally.note(kind, () => this.#withoutSecret(sampleOfLine(text)));
  }

  list(): readonly NotUnderstood[] {
    return this.#tally.list();
  }

  #withoutSecret(sample: string): string {
    return this.#secret === '' ? sample : sample.replaceAll(this.#secret, '***');
  }
}
