/** A delivery as its id names it. */
export interface NamedDelivery {
  readonly subscription: number;
  readonly seq: number;
  /** Number of the replay it belongs to; 0: none. */
  readonly replay: number;
}

/**
 * SUBSCRIPTION-SEQUENCE, of a replay SUBSCRIPTION-SEQUENCE-rREPLAY: the same on every attempt, so that a receiver knows a
 * repetition, and another one in every replay, so that it takes what was asked for again.
 */
export const deliveryId = (subscription: number, seq: number, replay = 0): string =>
  replay === 0 ? `${subscription}-${seq}` : `${subscription}-${seq}-r${replay}`;

/** What a delivery's id says; null where it is none. */
export function parseDeliveryId(id: string): NamedDelivery | null {
  const match = /^([1-9]\d{0,14})-([1-9]\d{0,14})(?:-r([1-9]\d{0,14}))?$/.exec(id);
  return match ? { subscription: Number(match[1]), seq: Number(match[2]), replay: Number(match[3] ?? 0) } : null;
}
