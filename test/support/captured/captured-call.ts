/**
 * A recorded call as a pattern, from which any number of calls is made: what names a call (ids of channels and bridges,
 * numbers in the names of channels, the number of the outsider) and its times are each call's own, all else is as it was
 * recorded. Pure: the same serial and start give the same bytes.
 */
import { findSlots, type Piece, timeIn } from './slots.ts';

export interface PlayedPacket {
  /** When it is said, milliseconds with fractions; never before the packet in front of it. */
  readonly at: number;
  /** What it tells, as `Newchannel`. */
  readonly event: string;
  /** With the empty line that ends it. */
  readonly text: string;
}

interface Pattern {
  readonly event: string;
  /** Milliseconds after the call's beginning. */
  readonly after: number;
  readonly pieces: readonly Piece[];
}

export class CapturedCall {
  readonly #patterns: readonly Pattern[];

  private constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns;
  }

  /** @param stream all that was recorded: the call begins with its first channel, and what has no time is no part of it. */
  static read(stream: Buffer): CapturedCall {
    const timed = stream
      .toString()
      .split('\r\n\r\n')
      .filter((text) => text.startsWith('Event: ') && timeIn(text) !== null);
    const packets = timed.slice(timed.findIndex((text) => text.startsWith('Event: Newchannel\r\n')));
    const startedAt = timeIn(packets[0] ?? '');
    if (startedAt === null) throw new Error('nothing of a call is recorded there');
    const takeApart = findSlots(packets, startedAt);
    let latest = 0;
    const patterns = packets.map((text) => {
      latest = Math.max(latest, (timeIn(text) ?? startedAt) - startedAt);
      return { event: /^Event: (\S+)/.exec(text)?.[1] ?? '', after: latest, pieces: takeApart(text) };
    });
    return new CapturedCall(patterns);
  }

  /** Milliseconds from its first packet to its last. */
  get durationMs(): number {
    return this.#patterns.at(-1)?.after ?? 0;
  }

  /**
   * @param serial tells the call from all others, of other recordings too; from 0 to 40,000,000
   * @param startedAt when its first packet is said, milliseconds
   */
  play(serial: number, startedAt: number): PlayedPacket[] {
    return this.#patterns.map(({ event, after, pieces }) => {
      let text = '';
      for (const { before, slot } of pieces) text += slot === null ? before : before + slot(serial, startedAt);
      return { at: startedAt + after, event, text: `${text}\r\n\r\n` };
    });
  }
}
