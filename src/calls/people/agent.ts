/**
 * Agents of queues. One agent may be in several queues; what is told is how the agent is over all of them:
 *
 *   logged_out ──> available <──> ringing <──> busy        any ──> logged_out
 *        │             │  ▲          each <──> paused      any <──> unavailable
 *        └──> paused <─┘  └── ...
 *
 * - logged_out: in no queue, or has to sign on and has not.
 * - paused: no queue may call the agent, since all that the agent is in have it paused; the reason is the latest.
 * - unavailable: the agent's phone can't be reached. ringing, busy: so says the phone, whoever calls.
 * - available: at least one queue may call.
 *
 * A change is one of the state, of the reason, or of which queues there are.
 */
import type { agentStates } from '../../model/event-types/agents.ts';
import { mostItems } from '../../model/fields.ts';
import { clean } from '../tracker/parties.ts';
import type { LineState } from './signal.ts';
import { newRepeat, type Repeat } from './told.ts';

export type AgentState = (typeof agentStates)[number];

interface Membership {
  readonly paused: boolean;
  readonly reason: string | null;
}

export interface AgentView {
  readonly state: AgentState;
  readonly reason: string | null;
  readonly queues: readonly string[];
}

export interface Agent {
  readonly agent: string;
  name: string | null;
  device: string | null;
  /** Where the agent signed on, of one who has to. */
  phone: string | null;
  pool: string | null;
  line: LineState;
  signedOn: boolean | null;
  /** By queue; the one whose pause changed last is at the end. */
  readonly queues: Map<string, Membership>;
  told: AgentView | null;
  readonly repeat: Repeat;
}

export const newAgent = (agent: string): Agent => ({
  agent,
  name: null,
  device: null,
  phone: null,
  pool: null,
  line: 'unknown',
  signedOn: null,
  queues: new Map(),
  told: null,
  repeat: newRepeat(),
});

/** An agent who is named by a number is called there; others are named by their device. */
export const dialledNumber = (agent: string): string | null => (/^\+?[0-9]{2,40}$/.test(agent) ? agent : null);

export function agentViewOf(agent: Agent): AgentView {
  const queues = [...agent.queues.keys()].flatMap((queue) => clean(queue) ?? []).sort();
  const state = stateOf(agent);
  const reason = state === 'paused' ? [...agent.queues.values()].findLast((one) => one.reason !== null)?.reason : null;
  return { state, reason: clean(reason ?? null), queues: queues.slice(0, mostItems) };
}

function stateOf({ queues, line, signedOn, pool }: Agent): AgentState {
  // Who has to sign on has a line only while signed on.
  if (signedOn === false || (pool !== null && line === 'unavailable')) return 'logged_out';
  if (queues.size === 0 && signedOn !== true) return 'logged_out';
  if (queues.size > 0 && [...queues.values()].every(({ paused }) => paused)) return 'paused';
  return ofLine[line];
}

const ofLine: Readonly<Record<LineState, AgentState>> = {
  idle: 'available',
  unknown: 'available',
  ringing: 'ringing',
  in_use: 'busy',
  held: 'busy',
  busy: 'busy',
  unavailable: 'unavailable',
};

const lineOf: Readonly<Partial<Record<AgentState, LineState>>> = {
  available: 'idle',
  ringing: 'ringing',
  busy: 'in_use',
  unavailable: 'unavailable',
};

/** The line of an agent who was told to be so. */
export const lineOfState = (state: AgentState): LineState => lineOf[state] ?? 'unknown';
