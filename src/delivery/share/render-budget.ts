/**
 * How much time of the process slow renderings may take, so that the templates of one tenant do not make all others wait:
 * of dialects whose encoding users write themselves (`Dialect.metered`). What takes under a millisecond is as cheap as
 * delivery itself and is not counted. Of what takes longer
 *
 *   - a domain has 50 ms in a second, and all domains together 200; so much may be used at once;
 *   - what was used beyond that has to be paid for first: an endpoint that has rendered slowly within the last minute starts
 *     nothing until its domain, and all together, have waited as long as its share takes to make up for it.
 *
 * Nothing is lost: its deliveries wait in the log, in order, and others are not held up. Previews and tests have a budget
 * beside it (`LookBudget`) and are refused instead. Pure.
 */
export const slowRenderMs = 1;

const domainShare = 0.05;
const wholeShare = 0.2;
/** Half as much for looks together: people wait for what they asked for, but deliveries were there first. */
const looksShare = 0.1;
/** What a share may be used at once, as the time in which it comes together. */
const burstMs = 1_000;
/** So long an endpoint counts as one that renders slowly. */
const rememberedMs = 60_000;

class Debt {
  readonly #share: number;
  /** Monotonic time at which all that was used is made up for. */
  #paidAt = -Infinity;

  constructor(share: number) {
    this.#share = share;
  }

  use(ms: number, now: number): void {
    this.#paidAt = Math.max(this.#paidAt, now) + ms / this.#share;
  }

  get readyAt(): number {
    return this.#paidAt - burstMs;
  }

  isPaid(now: number): boolean {
    return this.#paidAt <= now;
  }
}

/** Domains that are looked through at once for those that owe nothing any more. */
const mostKept = 1_000;

export class RenderBudget {
  /** Milliseconds that slow renderings have taken since the start. */
  slowMs = 0;
  readonly #whole: Debt;
  readonly #domains = new Map<string, Debt>();

  /** @param share of the time, for all domains together */
  constructor(share = wholeShare) {
    this.#whole = new Debt(share);
  }

  use(domain: string, ms: number, now: number): void {
    this.slowMs += ms;
    this.#whole.use(ms, now);
    let debt = this.#domains.get(domain);
    if (!debt) {
      if (this.#domains.size >= mostKept) this.#tidy(now);
      this.#domains.set(domain, (debt = new Debt(domainShare)));
    }
    debt.use(ms, now);
  }

  /** Monotonic time from which a domain's slow templates may be rendered again. */
  readyAt(domain: string): number {
    return Math.max(this.#whole.readyAt, this.#domains.get(domain)?.readyAt ?? -Infinity);
  }

  #tidy(now: number): void {
    for (const [domain, debt] of this.#domains) if (debt.isPaid(now)) this.#domains.delete(domain);
  }
}

/** Whose a rendering is. */
type Of = { readonly reseller: string; readonly domain: string };

const domainOf = ({ reseller, domain }: Of): string => JSON.stringify([reseller, domain]);

/**
 * What people look at and test: a budget apart from that of deliveries. Each domain has as great a share as for these, and
 * all together have 10 %. So nobody holds up deliveries by looking, their own or others', and a backlog of slow ones keeps
 * nobody from looking why they are slow. Whoever looks while all together are past their share waits too, be it for the
 * first time: about a second at most, since one rendering takes 100 ms at most and the next is refused.
 */
export class LookBudget {
  readonly #budget = new RenderBudget(looksShare);

  /** Milliseconds that slow looks have taken since the start. */
  get slowMs(): number {
    return this.#budget.slowMs;
  }

  /** Milliseconds until something may be rendered; 0: at once. */
  waitMs(of: Of, now: number): number {
    return Math.max(0, this.#budget.readyAt(domainOf(of)) - now);
  }

  took(of: Of, ms: number, now: number): void {
    if (ms >= slowRenderMs) this.#budget.use(domainOf(of), ms, now);
  }
}

/** What of the budget concerns one endpoint. */
export class Rendering {
  readonly #budget: RenderBudget;
  readonly #domain: string;
  #slowAt = -Infinity;

  constructor(budget: RenderBudget, of: Of) {
    this.#budget = budget;
    this.#domain = domainOf(of);
  }

  /** A request was rendered in `ms`. */
  took(ms: number, now: number): void {
    if (ms < slowRenderMs) return;
    this.#slowAt = now;
    this.#budget.use(this.#domain, ms, now);
  }

  /** Monotonic time from which something may be rendered again; at most `now` when that may be at once. */
  readyAt(now: number): number {
    return now - this.#slowAt > rememberedMs ? now : this.#budget.readyAt(this.#domain);
  }
}
