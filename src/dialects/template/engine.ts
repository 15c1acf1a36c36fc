/**
 * Liquid, with what a stranger's template must not reach taken away: no files (include, render, layout, block), no clock
 * and no chance, own properties only, unknown filters refused, and limits on time and memory. One engine for each
 * place, since they differ in how values are quoted.
 */
import { Liquid } from 'liquidjs';
import { templateLimits } from './catalog.ts';
import { escapes, type Place, textOf } from './escapes.ts';
import { CountedCase, operators } from './render.ts';
import { counted, countedFilter, type Counting, libraryFilters, ownFilters } from './filters.ts';

const tags: ReadonlySet<string> = new Set([
  ...['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'capture', 'comment', 'raw', 'echo', '#'],
]);

function makeEngine(place: Place): Liquid {
  const escape = escapes[place];
  const engine = new Liquid({
    templates: {},
    dynamicPartials: false,
    cache: false,
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    locale: 'en-US',
    timezoneOffset: 0,
    parseLimit: templateLimits.body,
    operators,
    memoryLimit: templateLimits.memory,
    outputEscape(this: Counting, value: unknown) {
      return counted(this, textOf(value), escape);
    },
  });
  for (const name of Object.keys(engine.tags)) if (!tags.has(name)) delete engine.tags[name];
  engine.registerTag('case', CountedCase);
  const kept = place === 'url' ? libraryFilters : new Set([...libraryFilters, 'raw']);
  for (const name of Object.keys(engine.filters)) if (!kept.has(name)) engine.unregisterFilter(name);
  for (const [name, filter] of Object.entries(ownFilters)) engine.registerFilter(name, filter(place));
  for (const [name, filter] of Object.entries(engine.filters)) engine.registerFilter(name, countedFilter(filter));
  return engine;
}

export const tagNames: readonly string[] = [...tags];
export const filterNames: readonly string[] = [...libraryFilters, 'raw', ...Object.keys(ownFilters)];

const engines = new Map<Place, Liquid>();

export function engineFor(place: Place): Liquid {
  let engine = engines.get(place);
  if (!engine) engines.set(place, (engine = makeEngine(place)));
  return engine;
}
