import type { TenantMethods } from '../programs/tenants.ts';
import type { Figure, Target } from '../support/figure.ts';
import { Program } from '../support/program.ts';
import type { Spent } from '../support/serve.ts';
import type { Suite } from '../support/suite.ts';

const program = new URL('../programs/tenants.ts', import.meta.url);

type Child = Program<TenantMethods>;
interface Case {
  readonly name: string;
  readonly events: number;
  readonly target: Target | null;
  readonly run: (child: Child, events: number) => Promise<Spent>;
}

const filter = (name: string, source: string, events: number, target: Target | null, large = false): Case => ({
  name: `filter, ${name}`,
  events,
  target,
  run: (child, count) => child.call('filter', { source, events: count, large }),
});

const encode = (
  name: string,
  dialect: string,
  options: object,
  events: number,
  target: Target | null,
  large = false,
): Case => ({
  name,
  events,
  target,
  run: (child, count) => child.call('encode', { dialect, options, events: count, large }),
});

const usual = "call.direction == 'inbound' && call.from.number.startsWith('+1') && extension in ['101', '102']";
const body =
  '{ "agent": "{{ leg.extension }}", "name": {{ call.from.name | json }}, "number": "{{ call.from.number }}", "type": "{{ type }}" }';
const dearFilter = 'data.list.exists(a, data.list.exists(b, data.list.exists(c, a + b + c < 0)))';
const compared = 'data.list == data.copy';
const loops = '{% for i in data.list %}{% for i in data.list %}{{ i }}{% endfor %}{% endfor %}';
const looks = '{% for i in (1..4000) %}{% assign a = data.list | reverse %}{% endfor %}';
const text = 'text/plain';

const cases: readonly Case[] = [
  filter('type and extension', "type == 'leg.answered' && extension in ['101', '102']", 50_000, { atMost: 1 }),
  filter('call and caller', usual, 50_000, { atMost: 20 }),
  filter('in office hours', "timestamp(time).getHours('Europe/Berlin') >= 8", 20_000, null),
  filter('loops in loops', dearFilter, 200, { atMost: 5_000 }, true),
  filter('lists compared', compared, 200, { atMost: 5_000 }, true),
  encode('template, four values as JSON', 'template', { body }, 20_000, { atMost: 100 }),
  encode('template, the event as it is', 'template', {}, 20_000, null),
  encode('beside them: CloudEvents', 'cloudevents', {}, 20_000, null),
  encode('template, loops in loops', 'template', { body: loops, contentType: text }, 20, { atMost: 250_000 }, true),
  encode('template, lists turned over', 'template', { body: looks, contentType: text }, 20, { atMost: 250_000 }, true),
];

export const tenants: Suite = {
  name: 'tenants',
  title: 'what a filter or template costs an event: usual ones, and the dearest that a tenant can write',
  run: async ({ quick, rounds, profileDir, say }): Promise<readonly Figure[]> => {
    const figures: Figure[] = [];
    const child = await Program.start<TenantMethods>(program, { profileDir });
    try {
      for (const { name, events, target, run } of cases) {
        const count = quick ? Math.max(10, events / 10) : events;
        const values: number[] = [];
        for (let round = 0; round < rounds; round++) values.push(((await run(child, count)).cpuMs * 1_000) / count);
        say(`${name}: ${values.at(-1)?.toFixed(1)} µs`);
        const offhook = { name: 'processor time an event', unit: 'µs', values };
        figures.push({ name, offhook, beside: null, scores: values, target, notes: [] });
      }
    } finally {
      await child.stop();
    }
    return figures;
  },
};
