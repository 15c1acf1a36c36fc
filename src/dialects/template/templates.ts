/** The templates of a subscription, made ready once for the options they stand in. */
import type { Template } from 'liquidjs';
import type { TemplateOptions } from './catalog.ts';
import { optionDefaults } from './defaults.ts';
import { engineFor } from './engine.ts';
import { type Place, placeOf } from './escapes.ts';

export interface Source {
  /** As the options have it: `url`, `body`, `headers.X-Call`. */
  readonly field: string;
  readonly place: Place;
  readonly text: string;
}

export interface Ready extends Source {
  readonly parts: Template[];
}

/** What goes out without one: `body: ''` is a body of nothing. */
export interface Templates {
  readonly method: string | null;
  readonly url: Ready | null;
  readonly headers: readonly Ready[];
  readonly body: Ready;
  readonly contentType: string;
}

export const headerField = 'headers.';

export function sourcesOf(options: TemplateOptions): readonly Source[] {
  const { body, contentType } = { ...optionDefaults, ...options };
  const sources: Source[] = [{ field: 'body', place: placeOf(contentType), text: body }];
  if (options.url !== undefined) sources.unshift({ field: 'url', place: 'url', text: options.url });
  for (const [name, text] of Object.entries(options.headers ?? {})) {
    sources.push({ field: `${headerField}${name}`, place: 'header', text });
  }
  return sources;
}

/** @throws the library's error where it is no template */
export function makeReady(source: Source): Ready {
  return { ...source, parts: engineFor(source.place).parse(source.text) };
}

const known = new WeakMap<object, Templates>();

/** @throws the library's error where one is no template; they were checked when the subscription was written */
export function templatesOf(options: TemplateOptions): Templates {
  let templates = known.get(options);
  if (!templates) {
    const ready = sourcesOf(options).map(makeReady);
    templates = {
      method: options.method ?? null,
      url: ready.find(({ field }) => field === 'url') ?? null,
      headers: ready.filter(({ field }) => field.startsWith(headerField)),
      body: ready.find(({ field }) => field === 'body') as Ready,
      contentType: options.contentType ?? optionDefaults.contentType,
    };
    known.set(options, templates);
  }
  return templates;
}
