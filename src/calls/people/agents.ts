/** Follows the agents (`agent.ts`) and tells what changed. */
import type { NewEvent } from '../../model/event.ts';
import { clean } from '../tracker/parties.ts';
import type { CompiledRules } from '../tracker/rules.ts';
import { type Agent, type AgentState, agentViewOf, dialledNumber, lineOfState, newAgent } from './agent.ts';
import { lineNow } from './line.ts';
import type { MemberFacts, PeopleSignal } from './signal.ts';
import { type Moment, tell } from './told.ts';

type AgentSignal = Extract<PeopleSignal, { readonly kind: `member.${string}` | 'members.listed' | 'agent.signed' }>;

/** Past it new ones are not followed. */
const mostAgents = 20_000;

export class Agents {
  readonly #rules: CompiledRules;
  readonly #agents = new Map<string, Agent>();
  /** How queues name the agents of pools. */
  readonly #ofPool = new Map<string, string>();
  /** All of them were asked for once: who is unknown is logged out. */
  #listed = false;

  constructor(rules: CompiledRules) {
    this.#rules = rules;
  }

  apply(signal: AgentSignal, at: number): NewEvent[] {
    switch (signal.kind) {
      case 'member.changed':
        return this.#settle(this.#join(signal.member, false), { at, found: false });
      case 'member.removed': {
        const agent = this.#agents.get(signal.agent);
        agent?.queues.delete(signal.queue);
        return this.#settle(agent, { at, found: false });
      }
      case 'agent.signed':
        return this.#settle(this.#sign(signal), { at, found: false });
      case 'members.listed':
        return this.#takeList(signal, at);
    }
  }

  /** How an agent was when it was told last, before a restart. */
  restore(data: NewEvent['data']): void {
    const { agent, agentName, extension, state, reason, queues } = data;
    if (typeof agent !== 'string' || typeof state !== 'string') return;
    const known = this.#get(agent);
    if (!known) return;
    known.name = typeof agentName === 'string' ? agentName : null;
    known.line = lineOfState(state as AgentState);
    known.phone = typeof extension === 'string' ? extension : null;
    const names = Array.isArray(queues) ? queues.filter((queue) => typeof queue === 'string') : [];
    known.told = { state: state as AgentState, reason: typeof reason === 'string' ? reason : null, queues: names };
  }

  /** Extension the agent takes calls on; null: an outside number, or none that is known. */
  extensionOf({ agent, device, pool }: Pick<MemberFacts, 'agent' | 'device' | 'pool'>): string | null {
    if (pool !== null) return this.#rules.extensionIn(this.#agents.get(agent)?.phone ?? null);
    return this.#rules.extensionIn(device) ?? this.#rules.extensionIn(agent);
  }

  #get(name: string): Agent | null {
    const known = this.#agents.get(name);
    if (known) return known;
    if (name === '' || this.#agents.size >= mostAgents) return null;
    const agent = newAgent(name);
    this.#agents.set(name, agent);
    return agent;
  }

  #sign({ pool, on, device }: Extract<AgentSignal, { kind: 'agent.signed' }>): Agent | null {
    const agent = this.#get(this.#ofPool.get(pool) ?? pool);
    if (!agent) return null;
    agent.pool = pool;
    agent.signedOn = on;
    agent.phone = device ?? agent.phone;
    agent.line = on ? 'idle' : 'unavailable';
    return agent;
  }

  #join(member: MemberFacts, isListed: boolean): Agent | null {
    const agent = this.#get(member.agent);
    if (!agent) return null;
    const { paused, reason, pool } = member;
    const before = agent.queues.get(member.queue);
    if (before?.paused !== paused || before.reason !== reason) agent.queues.delete(member.queue);
    agent.queues.set(member.queue, { paused, reason });
    agent.name = member.name;
    agent.device = member.device ?? agent.device;
    agent.line = lineNow(agent.line, member.line);
    agent.pool = pool;
    if (pool === null) return agent;
    this.#ofPool.set(pool, agent.agent);
    // That an agent signed on or off has an event of its own, which also says where.
    if (isListed || agent.signedOn === null) agent.signedOn = member.line !== 'unavailable';
    return agent;
  }

  #takeList({ members, complete }: Extract<AgentSignal, { kind: 'members.listed' }>, at: number): NewEvent[] {
    const listed = new Map<string, Set<string>>();
    for (const { agent, queue } of members) listed.set(agent, (listed.get(agent) ?? new Set()).add(queue));
    for (const member of members) this.#join(member, true);
    if (complete) this.#keepOnly(listed);
    const meant = complete ? [...this.#agents.values()] : [...listed.keys()].map((name) => this.#agents.get(name));
    const events = meant.flatMap((agent) => this.#settle(agent, { at, found: true }));
    this.#listed ||= complete;
    return events;
  }

  #keepOnly(listed: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const { agent, queues } of this.#agents.values()) {
      for (const queue of queues.keys()) if (!listed.get(agent)?.has(queue)) queues.delete(queue);
    }
  }

  #settle(agent: Agent | null | undefined, moment: Moment): NewEvent[] {
    if (!agent) return [];
    const { told } = agent;
    const view = agentViewOf(agent);
    agent.told = view;
    // Unknown is as good as logged out.
    if (view.state === 'logged_out' && agent.signedOn === null) this.#agents.delete(agent.agent);
    if (told === null && view.state === 'logged_out') return [];
    const change = JSON.stringify([view.state, view.reason, view.queues]);
    if (told && change === JSON.stringify([told.state, told.reason, told.queues])) return [];
    const previousState = told?.state ?? (this.#listed ? 'logged_out' : null);
    const data = { ...this.#who(agent), ...view, previousState, by: null };
    const { agent: subject, repeat } = agent;
    const { extension } = data;
    return [tell(this.#rules, moment, { type: 'agent.state_changed', subject, change, extension, data, repeat })];
  }

  #who(agent: Agent) {
    const extension = this.extensionOf(agent);
    const number = extension === null ? dialledNumber(agent.agent) : null;
    const kind = extension !== null ? 'local' : number !== null ? 'remote' : null;
    return { agent: clean(agent.agent), agentName: clean(agent.name), extension, number, kind };
  }
}
