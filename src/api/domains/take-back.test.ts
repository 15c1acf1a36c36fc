import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectorState } from '../../../test/support/connector-state.ts';
import { silentLogger } from '../../kit/logger.ts';
import type { TakenBack } from '../../model/registration.ts';
import { type RegisteredDeps, withTakenBack } from './take-back.ts';

/** Connectors of a domain, each taken back as it says; and of which were let go. */
function connectors(answers: Readonly<Record<string, TakenBack['left'] | Error>>) {
  const letGo: string[] = [];
  const takeBack = (id: string) => async (): Promise<TakenBack> => {
    const answer = answers[id] ?? [];
    if (answer instanceof Error) throw answer;
    return { left: answer, letGo: () => void letGo.push(id) };
  };
  const deps = {
    logger: silentLogger,
    connectors: () => Object.keys(answers).map(connectorState),
    registration: (id: string) => ({ takeBack: takeBack(id) }),
    tenants: { sources: { all: () => [] } },
  } as unknown as RegisteredDeps;
  return { deps, letGo };
}

test('what is left is told, and all are let go once the domain is gone, or is not', async () => {
  const { deps, letGo } = connectors({ one: [{ extension: '0003*210', event: 'hangup' }], other: [] });
  const told = await withTakenBack(deps, 'acme', async (left) => {
    assert.deepEqual(letGo, []);
    return left;
  });
  assert.deepEqual(told, [{ connector: 'one', extension: '0003*210', event: 'hangup' }]);
  assert.deepEqual(letGo, ['one', 'other']);
  await assert.rejects(
    withTakenBack(deps, 'acme', async () => assert.fail('it can’t be removed')),
    /can’t be removed/,
  );
  assert.equal(letGo.length, 4);
});

test('where one fails nothing is removed, and the others register again', async () => {
  const { deps, letGo } = connectors({ one: [], broken: new Error('no store'), other: [] });
  let removed = false;
  await assert.rejects(
    withTakenBack(deps, 'acme', async () => void (removed = true)),
    /no store/,
  );
  assert.deepEqual([removed, letGo], [false, ['one', 'other']]);
});
