import { Type } from 'typebox';
import type { Event } from '../../model/event.ts';
import { dataSchemaOf } from '../../model/event-types/index.ts';
import { Time } from '../contract/common.ts';

const shown = ['agent', 'agentName', 'extension', 'number', 'kind', 'state', 'reason', 'queues'] as const;
const { properties } = dataSchemaOf('agent.state_changed');

/** An agent as the last event about them says. */
export const AgentViewSchema = Type.Object({
  reseller: Type.String(),
  domain: Type.String(),
  connector: Type.String(),
  ...Object.fromEntries(shown.map((name) => [name, properties[name] as Type.TSchema])),
  since: { ...Time, description: 'When that became so.' },
});

export function agentView({ reseller, domain, connector, time, data }: Event) {
  const facts = Object.fromEntries(shown.map((name) => [name, data[name] ?? (name === 'queues' ? [] : null)]));
  return { reseller, domain, connector, ...facts, since: time };
}
