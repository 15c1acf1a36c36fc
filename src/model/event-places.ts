/**
 * An extension has so many places for vendor events. Which subscriptions take one of them hangs on whose the extension is:
 * what a user has to do with somebody else's extension takes none, or it could take the places of its owners'.
 */

/** Whose vendor events an extension has, and how many of each user; `*`: everybody's. */
export type EventsByUser = ReadonlyMap<string, number>;

/** Whether a subscription of this user (`*`: everybody's) takes a place of an extension of these owners; none: nobody's. */
export const takesPlace = (user: string, owners: readonly string[]): boolean =>
  user === '*' || owners.length === 0 || owners.includes(user);

/** How many places are taken where these are the owners. */
export function placesTaken(events: EventsByUser, owners: readonly string[]): number {
  let taken = 0;
  for (const [user, count] of events) if (takesPlace(user, owners)) taken += count;
  return taken;
}
