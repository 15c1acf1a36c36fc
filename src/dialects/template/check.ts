/** What can be known to be wrong with templates before there is an event. */
import { type Template, toValueSync, Value } from 'liquidjs';
import { nearest } from '../../kit/nearest.ts';
import { placeIn } from '../../kit/text-place.ts';
import { isHeaderName, reservedHeader } from '../../model/header-rules.ts';
import type { OptionsContext, OptionsProblem } from '../dialect.ts';
import { type TemplateOptions, templateLimits } from './catalog.ts';
import { engineFor, filterNames, tagNames } from './engine.ts';
import { makeReady, type Source, sourcesOf } from './templates.ts';
import { unknownIn } from './variables.ts';
import { urlProblem } from './url.ts';

export function checkOptions(
  given: Readonly<Record<string, unknown>>,
  { method, url }: OptionsContext,
): OptionsProblem | null {
  const options = given as TemplateOptions;
  if ((options.method ?? method) === 'GET' && options.body !== undefined) {
    return { field: 'body', message: 'GET has no body', remedy: 'Leave the body out, or use POST.' };
  }
  return headersProblem(options) ?? templatesProblem(options) ?? targetProblem(options, url);
}

const elsewhere: Readonly<Record<string, string>> = {
  'content-type': 'Set contentType instead.',
  authorization: 'Credentials belong in endpoint.auth, where they are never shown.',
  cookie: 'Credentials belong in endpoint.auth (kind headers), where they are never shown.',
};

function headersProblem({ headers = {} }: TemplateOptions): OptionsProblem | null {
  const seen = new Set<string>();
  for (const name of Object.keys(headers)) {
    const field = `headers.${name}`;
    const lower = name.toLowerCase();
    if (!isHeaderName(name))
      return { field, message: 'this is no header name', remedy: 'Use letters, digits and "-".' };
    const reserved = reservedHeader(name);
    if (reserved !== null) return { field, message: `this header ${reserved}`, remedy: 'Leave it out.' };
    const remedy = Object.hasOwn(elsewhere, lower) ? elsewhere[lower] : undefined;
    if (remedy !== undefined) return { field, message: 'this header is not set by a template', remedy };
    if (seen.has(lower)) return { field, message: 'this header is there twice', remedy: 'Leave one of them out.' };
    seen.add(lower);
  }
  return null;
}

function templatesProblem(options: TemplateOptions): OptionsProblem | null {
  for (const source of sourcesOf(options)) {
    const problem = sourceProblem(source);
    if (problem) return problem;
  }
  return null;
}

function sourceProblem(source: Source): OptionsProblem | null {
  try {
    const { parts } = makeReady(source);
    return filtersProblem(source, parts) ?? variablesProblem(source, parts);
  } catch (error) {
    const { message, token } = error as { readonly message?: string; readonly token?: { readonly begin?: number } };
    const words = (message ?? String(error)).replace(/, (?:file|line):.*$/s, '').slice(0, 300);
    const remedy = helpFor(words);
    return {
      field: source.field,
      message: words,
      remedy,
      place: placeIn(source.text, placeOf(source.text, token?.begin ?? 0, words)),
    };
  }
}

const unknownFilter = /^undefined filter: (\S+)/;

/** Where the fault is: the library knows where the output or tag begins that has it. */
function placeOf(text: string, begin: number, message: string): number {
  const name = unknownFilter.exec(message)?.[1];
  return name === undefined ? begin : Math.max(begin, text.indexOf(name, begin));
}

function helpFor(message: string): string {
  const name = unknownFilter.exec(message)?.[1];
  const known = name === undefined ? tagNames : filterNames;
  const meant = name === undefined ? null : nearest(name, known);
  const kind = name === undefined ? 'tags' : 'filters';
  return meant === null ? `The ${kind} there are: ${known.join(', ')}.` : `Did you mean ${meant}?`;
}

/** All filters of a value are run between two looks at what may still be done. */
function filtersProblem({ field, text }: Source, parts: readonly Template[]): OptionsProblem | null {
  const { filters: most } = templateLimits;
  for (const part of everyPart(parts)) {
    const count = filtersOf(part);
    if (count <= most) continue;
    const message = `${count} filters follow each other; there may be ${most}`;
    const remedy = `Leave some out, or keep what comes of the first ${most} with assign.`;
    return { field, message, remedy, place: placeIn(text, part.token.begin) };
  }
  return null;
}

function* everyPart(parts: readonly Template[]): Generator<Template> {
  for (const part of parts) {
    yield part;
    if (part.children) yield* everyPart(toValueSync<Template[]>(part.children(false, true)));
  }
}

/** The most of any value in a part; the quoting that the engine adds at the end is none of them. */
function filtersOf(part: Template): number {
  const values = Array.from(part.arguments?.() ?? []).filter((value) => value instanceof Value);
  return Math.max(0, ...values.map(({ filters }) => filters.filter(({ name }) => filterNames.includes(name)).length));
}

/** A name no event has comes out as nothing, always: it is a slip of the pen. */
function variablesProblem({ field, place, text }: Source, parts: Template[]): OptionsProblem | null {
  const { globals } = engineFor(place).analyzeSync(parts);
  for (const { segments, location } of Object.values(globals).flat()) {
    const unknown = unknownIn(segments);
    if (!unknown) continue;
    const message = `an event has no ${JSON.stringify(unknown.name.slice(0, 100))}`;
    return { field, message, remedy: unknown.remedy, place: placeIn(text, offsetOf(text, location.row, location.col)) };
  }
  return null;
}

function offsetOf(text: string, row: number, column: number): number {
  const before = text.split('\n').slice(0, row - 1);
  return before.reduce((sum, line) => sum + line.length + 1, 0) + column - 1;
}

function targetProblem({ url }: TemplateOptions, endpointUrl: string): OptionsProblem | null {
  const message = url === undefined ? null : urlProblem(url, endpointUrl);
  if (message === null) return null;
  return { field: 'url', message, remedy: 'Begin with the origin of endpoint.url, or with "/" for a path there.' };
}
