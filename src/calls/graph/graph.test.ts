import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelFacts } from '../signal.ts';
import { CallGraph } from './graph.ts';

const facts = (id: string, linkedId: string): ChannelFacts => ({
  ...{ id, linkedId, device: `PJSIP/${id}`, kind: 'device', state: 'up', connectedNumber: null, connectedName: null },
  ...{ callerNumber: id, callerName: null, dialledNumber: null, context: null, accountCode: null },
});

test('in a room that is never empty guests come and go without a trace, and who comes is in it', () => {
  const graph = new CallGraph({ created: () => {}, merged: () => {} }, 100);
  const host = graph.see(facts('host', 'host'), 0, true);
  graph.enter('room', 'host', 'talk', null, 0);
  for (let index = 0; index < 2_000; index++) {
    const id = `guest-${index}`;
    const guest = graph.see(facts(id, id), 0, true);
    graph.enter('room', id, 'talk', null, 0);
    graph.see(facts(id, 'host'), 0, false);
    graph.end(id, { at: 0, cause: 16, sipStatus: null, estimated: false });
    assert.ok(guest);
    graph.drop(guest);
  }
  assert.ok(graph.linkCount <= 500, `it remembers ${graph.linkCount} grouping ids`);
  assert.equal(graph.see(facts('late', 'host'), 0, true)?.group, host?.group);
});
