/** SUBSCRIPTION-SEQUENCE: the same on every attempt, so that a receiver knows a repetition. */
export const deliveryId = (subscription: number, seq: number): string => `${subscription}-${seq}`;

/** Subscription and sequence from a delivery's id; null where it is none. */
export function parseDeliveryId(id: string): { readonly subscription: number; readonly seq: number } | null {
  const match = /^([1-9]\d{0,14})-([1-9]\d{0,14})$/.exec(id);
  return match ? { subscription: Number(match[1]), seq: Number(match[2]) } : null;
}
