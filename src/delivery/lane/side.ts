/**
 * A side lane: beside that of an endpoint, for one of its subscriptions alone: one that is paused while others go on, or
 * that comes from another endpoint. It goes through the gate of the endpoint its subscription has now, so that to the
 * receiver nothing changes, and reads, parks and is remembered by itself, under a number of its own.
 *
 *   in the endpoint's lane ── its subscription is paused, others send to the endpoint too; or it leaves ──> handing over
 *     the side lane is made, and its row written with each flush: how far the subscription has come in the endpoint's lane
 *   handing over ── the subscription's versions say that they go through the side lane, durably ──> beside
 *     in one turn the endpoint's lane lets go of all it holds for it, settled or not, and the side lane has it: what was
 *     parked stays so, with its attempts; what is under way ends there; the rest is read again, but what was settled
 *   handing over ── that could not be written ──> in the endpoint's lane; nothing has changed
 *   beside, paused ── resumed ──> beside, going on like any other lane: read for, attached, parked, broken with its gate
 *   beside ── its subscription leaves for another endpoint ──> beside, through the gate of that; what is parked is due
 *   beside ── not paused, everything up to the log's head settled ──> in the endpoint's lane, from the next event on
 *     the next edit of versions, by sequence; what may still be asked about what lies before it is asked the side lane
 *   beside ── nothing goes through it any more, and all of it is settled ──> gone
 *
 * Nothing is sent twice or out of order, since a call's deliveries are in one of the two lanes at any time, and what comes
 * after is only taken by the other one when all before it is settled. A crash while it is handed over finds it in the
 * endpoint's lane, or beside with a row; whose a parked delivery or an attempt is, its subscription's versions say.
 */
export interface Side {
  /** Of the lane; endpoints and side lanes never share one. */
  readonly number: number;
  readonly subscription: number;
  /** Nothing of it starts. */
  paused: boolean;
}
