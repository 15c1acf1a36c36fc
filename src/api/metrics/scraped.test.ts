import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { PlainHistogram } from './plain-histogram.ts';
import { counter, gauge, histogram, type Line } from './scraped.ts';

const samples = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('figures are read when somebody asks, and a series that is no more is no longer shown', async () => {
  const registry = new Registry();
  let lines: Line[] = [
    ['a', 1],
    ['b', Number.NaN],
    ['c', 3],
  ];
  gauge(registry, { name: 'size', help: 'Size', labels: ['of'] }, () => lines);
  counter(registry, { name: 'grown_total', help: 'Growth', labels: ['of'] }, () => lines);
  assert.deepEqual(samples(await registry.metrics()), [
    'size{of="a"} 1',
    'size{of="c"} 3',
    'grown_total{of="a"} 1',
    'grown_total{of="c"} 3',
  ]);
  lines = [['c', 4]];
  assert.deepEqual(samples(await registry.metrics()), ['size{of="c"} 4', 'grown_total{of="c"} 4']);
});

test('two who ask at once get the whole each, also of what has to be waited for', async () => {
  const registry = new Registry();
  gauge(registry, { name: 'waited', help: 'Waited for' }, () => Promise.resolve([[7]]));
  const both = await Promise.all([registry.metrics(), registry.metrics()]);
  for (const text of both) assert.deepEqual(samples(text), ['waited 7']);
});

test('a histogram counts what is at most as large as each bound, and keeps sum and count', async () => {
  const registry = new Registry();
  const kept = new PlainHistogram([0.1, 1]);
  histogram(registry, { name: 'took_seconds', help: 'Took' }, kept);
  for (const value of [0.05, 0.1, 0.5, 7]) kept.observe(value);
  const text = await registry.metrics();
  assert.match(text, /# TYPE took_seconds histogram/);
  assert.deepEqual(samples(text), [
    'took_seconds_bucket{le="0.1"} 2',
    'took_seconds_bucket{le="1"} 3',
    'took_seconds_bucket{le="+Inf"} 4',
    'took_seconds_sum 7.65',
    'took_seconds_count 4',
  ]);
});
