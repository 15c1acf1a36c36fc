/**
 * Who may start a request now, so that nobody lives at the cost of others. Requests under way are limited over all
 * lanes together, and a receiver that hangs or is slow holds each of its requests for as long. They are shared in two
 * steps by the same rule: among tenants (the domains of endpoints), and what a tenant may have among its lanes.
 *
 *   - Who has `own` of `all` may start one more while `own * all < 2 * free * free`. One alone gets half of all, who comes
 *     next and takes all it can get a fifth, then a tenth, and so on: the share shrinks as the square of what is free, so
 *     that very many leave something for whoever has none. As requests end, shares become equal.
 *   - Lanes whose breaker is open have a quarter of all together, shared among tenants likewise: their probes may all hang.
 *   - Whoever may not start waits in line, behind those that have less. Tenants get one unit at a time, and so do the lanes
 *     of each.
 */
import type { Endpoint } from '../../subscriptions/subscription.ts';
import type { Unit } from '../lane/unit.ts';
import type { LaneState } from '../lane-table.ts';
import { RankedLine } from './ranked-line.ts';

/** Of a line, in one look, that could go but for something else: they are at its end then, and others are looked at next. */
const mostRefused = 16;
/** Tenants remembered until those with nothing under way are forgotten. */
const mostTenants = 10_000;

/** Who has less than this of `all` there are may have one more, while so many are free. */
const limitOf = (free: number, all: number): number => (free <= 0 ? 0 : (2 * free * free) / all);

/** As many as one that has `own` comes to have where nobody else takes any: where the rule above stops it. */
function mostOf(own: number, free: number, all: number): number {
  const part = (own + free) / all;
  return Math.ceil((all * (4 * part + 1 - Math.sqrt(8 * part + 1))) / 4);
}

const probing = ({ lane }: LaneState): boolean => lane.breaker.state === 'open';

/** A domain, with what is under way for its endpoints and who of its lanes waits. */
class Tenant {
  underWay = 0;
  probes = 0;
  readonly line = new RankedLine<LaneState>();
  /** A line of its own, since probes may have to wait for one another while there is room for everybody else. */
  readonly probeLine = new RankedLine<LaneState>();

  get idle(): boolean {
    return this.underWay + this.line.size + this.probeLine.size === 0;
  }
}

/** Tenants in line, for one of the two lines that each has. */
interface Waiting {
  readonly tenants: RankedLine<Tenant>;
  readonly lineOf: (tenant: Tenant) => RankedLine<LaneState>;
  readonly rankOf: (tenant: Tenant) => number;
  readonly limit: () => number;
}

export class FairShare {
  readonly #most: number;
  readonly #mostProbes: number;
  readonly #blocked: () => boolean;
  readonly #tenants = new Map<string, Tenant>();
  /** So that a tenant is not looked up by name for each request. */
  #byEndpoint = new WeakMap<Endpoint, Tenant>();
  /** What is under way, with whose it is and which lane started it. */
  readonly #units = new Map<Unit, { readonly tenant: Tenant; readonly state: LaneState }>();
  /** How many of them each lane started. */
  readonly #own = new Map<LaneState, number>();
  #probes = 0;
  readonly #waiting: Waiting = {
    tenants: new RankedLine(),
    lineOf: ({ line }) => line,
    rankOf: ({ underWay }) => underWay,
    limit: () => limitOf(this.#free, this.#most),
  };
  readonly #probing: Waiting = {
    tenants: new RankedLine(),
    lineOf: ({ probeLine }) => probeLine,
    rankOf: ({ probes }) => probes,
    limit: () => limitOf(this.#mostProbes - this.#probes, this.#mostProbes),
  };

  /** @param blocked whether no request may start at all, whoever's */
  constructor(most: number, blocked: () => boolean) {
    this.#most = most;
    this.#mostProbes = Math.floor(most / 4);
    this.#blocked = blocked;
  }

  /** Lanes that wait. */
  get inLine(): number {
    let waiting = 0;
    for (const { line, probeLine } of this.#tenants.values()) waiting += line.size + probeLine.size;
    return waiting;
  }

  /** Requests under way, over all lanes. */
  get underWay(): number {
    return this.#units.size;
  }

  mayStart(state: LaneState): boolean {
    const tenant = this.#tenantOf(state);
    if (!this.#mayHaveOneMore(tenant) || this.#ownOf(state) >= this.#limitIn(tenant)) return false;
    return !probing(state) || tenant.probes < this.#probing.limit();
  }

  started(state: LaneState, unit: Unit): void {
    const tenant = this.#tenantOf(state);
    unit.probe = probing(state);
    this.#units.set(unit, { tenant, state });
    this.#count(tenant, state, 1, unit.probe);
  }

  ended(unit: Unit): void {
    const known = this.#units.get(unit);
    if (!known) return;
    this.#units.delete(unit);
    this.#count(known.tenant, known.state, -1, unit.probe);
  }

  /** Others have come before, so that this one has to line up behind them. */
  isCrowded(state: LaneState): boolean {
    return this.#lineFor(state).tenants.size > 0;
  }

  waits(state: LaneState): boolean {
    const tenant = this.#tenantOf(state);
    return tenant.line.has(state) || tenant.probeLine.has(state);
  }

  lineUp(state: LaneState): void {
    const tenant = this.#tenantOf(state);
    const { tenants, lineOf, rankOf } = this.#lineFor(state);
    lineOf(tenant).join(state, this.#ownOf(state));
    tenants.join(tenant, rankOf(tenant));
  }

  /** @param startOne starts one unit of the lane; false: it has none */
  serve(startOne: (state: LaneState) => boolean): void {
    this.#serve(this.#waiting, startOne);
    this.#serve(this.#probing, startOne);
  }

  #serve({ tenants, lineOf, rankOf, limit }: Waiting, startOne: (state: LaneState) => boolean): void {
    const refused: Tenant[] = [];
    while (refused.length < mostRefused && this.#free > 0 && !this.#blocked()) {
      const tenant = tenants.first(limit());
      if (!tenant) break;
      tenants.leave(tenant);
      const line = lineOf(tenant);
      const started = this.#mayHaveOneMore(tenant) && this.#startNext(tenant, line, startOne);
      if (line.size === 0) continue;
      if (started) tenants.join(tenant, rankOf(tenant));
      else refused.push(tenant);
    }
    for (const tenant of refused) tenants.join(tenant, rankOf(tenant));
  }

  #startNext(tenant: Tenant, line: RankedLine<LaneState>, startOne: (state: LaneState) => boolean): boolean {
    const refused: LaneState[] = [];
    let started = false;
    while (!started && refused.length < mostRefused) {
      const state = line.first(this.#limitIn(tenant));
      if (!state) break;
      line.leave(state);
      if (!this.mayStart(state)) refused.push(state);
      else if (startOne(state)) {
        started = true;
        this.lineUp(state);
      }
    }
    for (const state of refused) this.lineUp(state);
    return started;
  }

  #count(tenant: Tenant, state: LaneState, by: 1 | -1, probe: boolean): void {
    tenant.underWay += by;
    this.#waiting.tenants.move(tenant, tenant.underWay);
    if (probe) {
      tenant.probes += by;
      this.#probes += by;
      this.#probing.tenants.move(tenant, tenant.probes);
    }
    const own = this.#ownOf(state) + by;
    if (own === 0) this.#own.delete(state);
    else this.#own.set(state, own);
    for (const line of [tenant.line, tenant.probeLine]) line.move(state, own);
  }

  #ownOf(state: LaneState): number {
    return this.#own.get(state) ?? 0;
  }

  #lineFor(state: LaneState): Waiting {
    return probing(state) ? this.#probing : this.#waiting;
  }

  get #free(): number {
    return this.#most - this.#units.size;
  }

  #mayHaveOneMore({ underWay }: Tenant): boolean {
    return !this.#blocked() && underWay < limitOf(this.#free, this.#most);
  }

  /** Of a lane of this tenant. */
  #limitIn({ underWay }: Tenant): number {
    const most = mostOf(underWay, this.#free, this.#most);
    return limitOf(most - underWay, most);
  }

  #tenantOf({ lane: { endpoint } }: LaneState): Tenant {
    const known = this.#byEndpoint.get(endpoint);
    if (known) return known;
    if (this.#tenants.size >= mostTenants) this.#forgetIdle();
    const name = JSON.stringify([endpoint.reseller, endpoint.domain]);
    const tenant = this.#tenants.get(name) ?? new Tenant();
    this.#tenants.set(name, tenant);
    this.#byEndpoint.set(endpoint, tenant);
    return tenant;
  }

  /** Nobody may go on with one that is forgotten: it is looked up anew. */
  #forgetIdle(): void {
    for (const [name, tenant] of this.#tenants) if (tenant.idle) this.#tenants.delete(name);
    this.#byEndpoint = new WeakMap();
  }
}
