/**
 * Who may start a request now, so that nobody lives at the cost of others. Requests under way are limited over all
 * lanes together, and a receiver that hangs or is slow holds each of its requests for as long. They are shared in two
 * steps by the same rule: among tenants (the domains of endpoints), and what a tenant may have among its lanes.
 *
 *   - Who has `own` of `all` may start one more while `own * all < 2 * free * free`. One alone gets half of all, who comes
 *     next and takes all it can get a fifth, then a tenth, and so on: the share shrinks as the square of what is free, so
 *     that very many leave something for whoever has none. As requests end, shares become equal.
 *   - Lanes whose breaker is open have a quarter of all together, shared among tenants likewise: their probes may all hang.
 *   - Whoever may not start waits in line. Tenants in line get one unit each in turn, and so do the lanes of each.
 */
import { Queue } from '../../kit/queue.ts';
import type { Endpoint } from '../../subscriptions/subscription.ts';
import type { Unit } from '../lane/unit.ts';
import type { LaneState } from '../lane-table.ts';

/** Of a line, in one look: each is a few comparisons. */
const mostRefused = 256;
/** Tenants remembered until those with nothing under way are forgotten. */
const mostTenants = 10_000;

/** Whether one that has `own` may have one more of what is `free`, of `all` there are. */
const mayTake = (own: number, free: number, all: number): boolean => free > 0 && own * all < 2 * free * free;

/** As many as one that has `own` comes to have where nobody else takes any: where the rule above stops it. */
function mostOf(own: number, free: number, all: number): number {
  const part = (own + free) / all;
  return Math.ceil((all * (4 * part + 1 - Math.sqrt(8 * part + 1))) / 4);
}

const probing = ({ lane }: LaneState): boolean => lane.breaker.state === 'open';

/** Each is in it once. */
class Line<T> {
  readonly #queue = new Queue<T>();
  readonly #members = new Set<T>();

  get size(): number {
    return this.#members.size;
  }

  has(one: T): boolean {
    return this.#members.has(one);
  }

  join(one: T): void {
    if (this.#members.has(one)) return;
    this.#members.add(one);
    this.#queue.push(one);
  }

  next(): T | undefined {
    const one = this.#queue.shift();
    if (one !== undefined) this.#members.delete(one);
    return one;
  }
}

/** A domain, with what is under way for its endpoints and who of its lanes waits. */
class Tenant {
  underWay = 0;
  probes = 0;
  readonly line = new Line<LaneState>();
  /** A line of its own, since probes may have to wait for one another while there is room for everybody else. */
  readonly probeLine = new Line<LaneState>();

  get idle(): boolean {
    return this.underWay + this.line.size + this.probeLine.size === 0;
  }
}

type LineOf = (tenant: Tenant) => Line<LaneState>;
const lineOf: LineOf = ({ line }) => line;
const probeLineOf: LineOf = ({ probeLine }) => probeLine;

export class FairShare {
  readonly #most: number;
  readonly #blocked: () => boolean;
  readonly #tenants = new Map<string, Tenant>();
  /** So that a tenant is not looked up by name for each request. */
  #byEndpoint = new WeakMap<Endpoint, Tenant>();
  /** Whose a unit is that is under way. */
  readonly #units = new Map<Unit, Tenant>();
  #probes = 0;
  readonly #waiting = new Line<Tenant>();
  readonly #probing = new Line<Tenant>();

  /** @param blocked whether no request may start at all, whoever's */
  constructor(most: number, blocked: () => boolean) {
    this.#most = most;
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
    if (!this.#mayHaveOneMore(tenant)) return false;
    const most = mostOf(tenant.underWay, this.#free, this.#most);
    if (!mayTake(state.lane.inFlight, most - tenant.underWay, most)) return false;
    const quarter = Math.floor(this.#most / 4);
    return !probing(state) || mayTake(tenant.probes, quarter - this.#probes, quarter);
  }

  started(state: LaneState, unit: Unit): void {
    const tenant = this.#tenantOf(state);
    this.#units.set(unit, tenant);
    tenant.underWay++;
    unit.probe = probing(state);
    if (!unit.probe) return;
    tenant.probes++;
    this.#probes++;
  }

  ended(unit: Unit): void {
    const tenant = this.#units.get(unit);
    if (!tenant) return;
    this.#units.delete(unit);
    tenant.underWay--;
    if (!unit.probe) return;
    tenant.probes--;
    this.#probes--;
  }

  /** Others have come before, so that this one has to line up behind them. */
  isCrowded(state: LaneState): boolean {
    return (probing(state) ? this.#probing : this.#waiting).size > 0;
  }

  waits(state: LaneState): boolean {
    const tenant = this.#tenantOf(state);
    return tenant.line.has(state) || tenant.probeLine.has(state);
  }

  lineUp(state: LaneState): void {
    const tenant = this.#tenantOf(state);
    const [line, tenants] = probing(state)
      ? ([tenant.probeLine, this.#probing] as const)
      : ([tenant.line, this.#waiting] as const);
    line.join(state);
    tenants.join(tenant);
  }

  /** @param startOne starts one unit of the lane; false: it has none */
  serve(startOne: (state: LaneState) => boolean): void {
    this.#serve(this.#waiting, lineOf, startOne);
    this.#serve(this.#probing, probeLineOf, startOne);
  }

  /** A look at a few that have as much as they may get is enough: the end of each request brings the next look. */
  #serve(tenants: Line<Tenant>, ofTenant: LineOf, startOne: (state: LaneState) => boolean): void {
    for (let refused = 0; refused < Math.min(mostRefused, tenants.size) && this.#free > 0 && !this.#blocked(); ) {
      const tenant = tenants.next() as Tenant;
      const started = this.#mayHaveOneMore(tenant) && this.#startNext(ofTenant(tenant), startOne);
      if (ofTenant(tenant).size > 0) tenants.join(tenant);
      refused = started ? 0 : refused + 1;
    }
  }

  #startNext(line: Line<LaneState>, startOne: (state: LaneState) => boolean): boolean {
    for (let refused = 0; refused < Math.min(mostRefused, line.size); ) {
      const state = line.next() as LaneState;
      if (!this.mayStart(state)) {
        refused++;
        this.lineUp(state);
      } else if (startOne(state)) {
        this.lineUp(state);
        return true;
      }
    }
    return false;
  }

  get #free(): number {
    return this.#most - this.#units.size;
  }

  #mayHaveOneMore({ underWay }: Tenant): boolean {
    return !this.#blocked() && mayTake(underWay, this.#free, this.#most);
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
