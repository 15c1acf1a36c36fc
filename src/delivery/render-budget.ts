/**
 * How much time of the process slow renderings may take, so that the templates of one tenant do not make all others wait:
 * of dialects whose encoding users write themselves (`Dialect.metered`). What takes under a millisecond is as cheap as delivery itself and is not counted. Of what takes longer
 *
 *   - a domain has 50 ms in a second, and all domains together 200; so much may be used at once;
 *   - what was used beyond that has to be paid for first: an endpoint that has rendered slowly within the last minute starts
 *     nothing until its domain, and all together, have waited as long as its share takes to make up for it.
 *
 * Previews and tests are refused instead. Nothing is lost: its deliveries wait in the log, in order, and others are not held up. Pure.
 */
export const slowRenderMs = 1;

const domainShare = 0.05;
const wholeShare = 0.2;
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
  readonly #whole = new Debt(wholeShare);
  readonly #domains = new Map<string, Debt>();

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

  /** Milliseconds until somebody who has used more than their share may go on; 0 for whoever owes nothing. */
  waitMs(domain: string, now: number): number {
    const debt = this.#domains.get(domain);
    return !debt || debt.isPaid(now) ? 0 : Math.max(0, this.readyAt(domain) - now);
  }

  #tidy(now: number): void {
    for (const [domain, debt] of this.#domains) if (debt.isPaid(now)) this.#domains.delete(domain);
  }
}

/** Whose a rendering is. */
type Of = { readonly reseller: string; readonly domain: string };

/**
 * What people look at and test: each domain has a share of its own for that, as great as for its deliveries. So nobody
 * holds up the domain's deliveries by looking, and a backlog of slow ones keeps nobody from looking why they are slow.
 */
export class LookBudget {
  readonly #budget: RenderBudget;

  constructor(budget: RenderBudget) {
    this.#budget = budget;
  }

  /** Milliseconds until something may be rendered; 0: at once. */
  waitMs(of: Of, now: number): number {
    return this.#budget.waitMs(shareOf(of), now);
  }

  took(of: Of, ms: number, now: number): void {
    if (ms >= slowRenderMs) this.#budget.use(shareOf(of), ms, now);
  }
}

const shareOf = ({ reseller, domain }: Of): string => JSON.stringify([reseller, domain, 'looks']);

/** What of the budget concerns one endpoint. */
export class Rendering {
  readonly #budget: RenderBudget;
  readonly #domain: string;
  #slowAt = -Infinity;

  constructor(budget: RenderBudget, { reseller, domain }: Of) {
    this.#budget = budget;
    this.#domain = JSON.stringify([reseller, domain]);
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
