/** Something in the stream that was read as well as it could be, or passed over. */
export interface AmiFlaw {
  /**
   * - `broken_line`: no header, so passed over
   * - `cut_line`: longer than is kept
   * - `not_utf8`: read as Latin-1, which is a guess
   * - `oversized`: a packet of more than is taken; nothing after it is read
   */
  readonly kind: 'broken_line' | 'cut_line' | 'not_utf8' | 'oversized';
  /** The beginning of it, as it came. Whoever shows it takes out what may be secret. */
  readonly text: string;
}

export type TakeFlaw = (flaw: AmiFlaw) => void;

const shownBytes = 200;

export function flawOf(kind: AmiFlaw['kind'], bytes: Buffer): AmiFlaw {
  return { kind, text: bytes.toString('latin1', 0, shownBytes) };
}
