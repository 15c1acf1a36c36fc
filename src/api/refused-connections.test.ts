import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Logger, silentLogger } from '../kit/logger.ts';
import { ManualClock } from '../kit/manual-clock.ts';
import { createApiWorld } from '../../test/support/api-world.ts';

test('connections that are refused are counted, and told of once a minute', async () => {
  const lines: unknown[] = [];
  const logger: Logger = { ...silentLogger, warn: (fields, words) => void lines.push(words, fields) };
  const clock = new ManualClock();
  const world = await createApiWorld({ deps: { clock, logger } });
  try {
    const { server } = world.api.app;
    const drop = (count: number): void => {
      for (let index = 0; index < count; index++) server.emit('drop', { remoteAddress: '192.0.2.1' });
    };
    drop(3);
    clock.advance(59_999);
    drop(1);
    clock.advance(1);
    drop(1);
    const facts = { maxConnections: 1_000, from: '192.0.2.1' };
    const words = 'connections refused';
    assert.deepEqual(lines, [words, { refused: 1, ...facts }, words, { refused: 4, ...facts }]);
    const figure = await world.deps.metrics.getSingleMetricAsString('offhook_connections_refused_total');
    assert.match(figure, /^offhook_connections_refused_total 5$/m);
  } finally {
    await world.stop();
  }
});
