/** What a vendor's receivers would be sent of calls: one line for each request, in the order of the events. */
import { encodeContextOf } from './encode-context.ts';
import type { Directory, Dialect } from '../../src/dialects/dialect.ts';
import type { Event, NewEvent } from '../../src/model/event.ts';

/** Every extension of three digits has a record: of the client 0003, its id being 5000 and its number. */
export const recordedExtensions: Directory = {
  extension: (_domain, number) => (/^\d{3}$/.test(number) ? { id: 5000 + Number(number), prefix: '0003' } : null),
  domainId: () => 42,
};

export interface Profile {
  readonly title: string;
  readonly dialect: Dialect;
  readonly options: Readonly<Record<string, unknown>>;
}

const stored = (event: NewEvent, seq: number): Event => ({ ...event, seq, acceptedAt: event.time });

/** Of each event: for whom it is, and in each profile what is posted. */
export function postsOf(events: readonly NewEvent[], profiles: readonly Profile[]): string[] {
  return events.flatMap((event, index) => {
    return event.extensions.flatMap((extension) => {
      const posts = profiles.flatMap(({ title, dialect, options }) => {
        const context = encodeContextOf({ extension, options, directory: recordedExtensions });
        const encoded = dialect.encode([stored(event, index + 1)], context);
        if (encoded.kind === 'failed') throw new Error(encoded.reason);
        return encoded.kind === 'request' ? [`  ${title}: ${readable(String(encoded.body))}`] : [];
      });
      return posts.length === 0 ? [] : [`${event.type} for ${extension}`, ...posts];
    });
  });
}

const readable = (form: string): string =>
  [...new URLSearchParams(form)].map(([name, value]) => `${name}=${value}`).join(' | ');
