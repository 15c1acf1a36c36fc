/**
 * Requests under way at once, over all endpoints; a tenant alone may have half of them (`fair-share.ts`). As many
 * connections are held at most.
 */
export const mostRequests = 4_000;
