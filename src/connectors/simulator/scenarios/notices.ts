/** What happens beside calls: agents come, go and pause; customers write. */
import { agents, colleagues, outsider, queue, type Colleague } from '../company.ts';
import type { Scene } from '../scene.ts';
import { sceneOf, type Stage } from './stage.ts';

type AgentState = 'logged_out' | 'available' | 'paused';

function agentNotice(colleague: Colleague, state: AgentState, previousState: AgentState, reason: string | null) {
  const { user, name, extension } = colleague;
  const data = {
    agent: user,
    agentName: name,
    extension,
    number: null,
    kind: 'local',
    state,
    previousState,
    queues: [queue.id],
    reason,
    by: 'phone',
  };
  return { kind: 'notice', type: 'agent.state_changed', colleague, data } as const;
}

/** All agents log in, one after the other. */
export function morning(stage: Stage): Scene {
  const scene = sceneOf(stage);
  for (const agent of agents) scene.wait(40).notice(agentNotice(agent, 'available', 'logged_out', null));
  return scene;
}

/** An agent who is free pauses, and comes back. */
export function pause(stage: Stage): Scene {
  const { draw, desk, at } = stage;
  const scene = sceneOf(stage);
  const [agent] = desk.freeAgents(draw, at);
  if (!agent) return scene;
  const reason = draw.one(['lunch', 'break', 'training', 'paperwork']);
  scene.notice(agentNotice(agent, 'paused', 'available', reason)).wait(draw.between(30, 240) * 1000);
  scene.notice(agentNotice(agent, 'available', 'paused', null));
  desk.pause(agent, at + scene.elapsed);
  return scene;
}

const questions = [
  'Is my order ready?',
  'Could you call me back?',
  'What are your opening hours?',
  'Thank you, that worked!',
] as const;
const answers = [
  'Yes, you can pick it up today.',
  'We will, within the hour.',
  'Nine to five, Monday to Friday.',
  'You are welcome.',
] as const;

/** A customer writes, a colleague answers, and the carrier says that it arrived. */
export function textMessages(stage: Stage): Scene {
  const { draw } = stage;
  const colleague = draw.one<Colleague>(colleagues);
  const party = outsider(draw);
  const topic = draw.between(0, questions.length - 1);
  const session = stage.callId(0);
  const inbound = { from: party.number, fromName: null, to: colleague.did, recipients: [], media: [] };
  const outbound = { from: colleague.did, fromName: null, to: party.number, recipients: [], media: [] };
  const about = (number: number) => ({ messageId: `${session}-${number}`, messageSessionId: session, channel: 'sms' });
  const answered = { ...about(2), ...outbound, text: answers[topic] ?? '', status: 'sent' };
  return sceneOf(stage)
    .notice({
      kind: 'notice',
      type: 'message.received',
      colleague,
      data: { ...about(1), ...inbound, text: questions[topic] ?? '' },
    })
    .wait(draw.between(5, 60) * 1000)
    .notice({ kind: 'notice', type: 'message.sent', colleague, data: answered })
    .wait(draw.between(1, 4) * 1000)
    .notice({
      kind: 'notice',
      type: 'message.status_changed',
      colleague,
      data: {
        ...about(2),
        from: colleague.did,
        to: party.number,
        status: 'delivered',
        previousStatus: 'sent',
        error: null,
      },
    });
}
