/**
 * A VoipNow or Ringme that keeps whom it notifies of what, as far as an integration sees it: answers of its management API
 * to requests, in memory. `trouble` makes it fail; what it did is in `log`.
 */
export interface KeptEvent {
  readonly id: string;
  /** The vendor's name or number of it. */
  event: string;
  url: string;
  method: string;
  isEnabled: boolean;
}

export interface PbxRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly json?: object | undefined;
}

export interface PbxAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `lost`: it was done, and the answer never came. `down`: it was not done, and no answer came. */
export type Trouble = 'lost' | 'down' | PbxAnswer | null;

export interface RemotePbx {
  /** By `extension 0003*210` or `agent 0003*210`. */
  readonly events: Map<string, KeptEvent[]>;
  readonly log: string[];
  /** Events an extension may have. */
  limit: number;
  /** What becomes of the next request. */
  trouble: (request: PbxRequest) => Trouble;
  answer(request: PbxRequest): PbxAnswer | 'nothing';
  /** Puts an event there as somebody else would. */
  put(place: string, event: string, url: string): KeptEvent;
}

const firstId = 101;

export function createRemotePbx(vendor: 'ringme' | 'voipnow', names: readonly string[]): RemotePbx {
  const kinds = vendor === 'ringme' ? ['extension', 'agent'] : ['extension'];
  const places = names.flatMap((name) => kinds.map((kind) => `${kind} ${name}`));
  const events = new Map<string, KeptEvent[]>(places.map((place) => [place, []]));
  let nextId = 1;
  const read = vendor === 'ringme' ? readRingme : readVoipnow;
  const say = vendor === 'ringme' ? ringmeWords : voipnowWords;
  const newEvent = (list: KeptEvent[], facts: Omit<KeptEvent, 'id'>): KeptEvent => {
    const made = { id: String(nextId++), ...facts };
    list.push(made);
    return made;
  };
  const doIt = (request: PbxRequest): PbxAnswer => {
    const asked = read(request, names);
    if (asked === 'extensions') return { status: 200, body: say.extensions(names, request.path) };
    const list = asked && events.get(asked.place);
    if (!asked || !list) return say.gone;
    if (request.method === 'GET') return { status: 200, body: say.list(list, request.path) };
    if (request.method === 'POST') {
      if (list.length >= pbx.limit) return say.full;
      return { status: 200, body: say.made(newEvent(list, say.read(request.json as Record<string, string>))) };
    }
    if (asked.id === null) throw new Error('everybody’s events were to be deleted');
    const at = list.findIndex(({ id }) => id === asked.id);
    if (at < 0) return say.gone;
    list.splice(at, 1);
    return say.removed;
  };
  const pbx: RemotePbx = {
    events,
    log: [],
    limit: 16,
    trouble: () => null,
    answer: (request) => {
      pbx.log.push(`${request.method} ${request.path}`);
      const trouble = pbx.trouble(request);
      if (trouble === 'down') return 'nothing';
      if (trouble !== null && trouble !== 'lost') return trouble;
      const answer = doIt(request);
      return trouble === 'lost' ? 'nothing' : answer;
    },
    put: (place, event, url) =>
      newEvent(events.get(place) as KeptEvent[], { event, url, method: 'POST', isEnabled: true }),
  };
  return pbx;
}

interface Asked {
  readonly place: string;
  readonly id: string | null;
}

function readRingme({ path }: PbxRequest, names: readonly string[]): Asked | 'extensions' | null {
  if (path.startsWith('/api/ver1.0/client/@me/extension/?')) return 'extensions';
  const [, kind, number, id = ''] = /^\/api\/ver1\.0\/(extension|agent)\/(\d+)\/event\/(\d*)$/.exec(path) ?? [];
  if (kind === undefined) return null;
  return { place: `${kind} ${names[Number(number) - firstId]}`, id: id === '' ? null : id };
}

function readVoipnow({ path }: PbxRequest): Asked | null {
  const shape = /^\/uapi\/extensions\/@me\/([^/]+)\/phoneCallEvents(?:\/?\?.*|\/|\/([0-4])\/([\w-]+))?$/;
  const [, name, , id] = shape.exec(path) ?? [];
  return name === undefined ? null : { place: `extension ${decodeURIComponent(name)}`, id: id ?? null };
}

const pageOf = <T>(all: readonly T[], path: string, [from, size]: readonly [string, string], isPage: boolean): T[] => {
  const query = new URLSearchParams(path.split('?')[1] ?? '');
  const count = Number(query.get(size) ?? 20);
  const first = isPage ? (Number(query.get(from) ?? 1) - 1) * count : Number(query.get(from) ?? 0);
  return all.slice(first, first + count);
};

const ringmeWords = {
  gone: { status: 404, body: { code: 'not_found', message: 'Not found.' } },
  full: { status: 409, body: { code: 'events_limit', message: 'Limit of events on the extension' } },
  removed: { status: 204, body: null },
  extensions: (names: readonly string[], path: string) =>
    pageOf(
      names.map((name, at) => ({ id: firstId + at, name, type: 'phone' })),
      path,
      ['page', 'per_page'],
      true,
    ),
  list: (list: readonly KeptEvent[], _path: string): unknown =>
    list.map(({ id, event, url, method }) => ({ id: Number(id), event_type: event, url, method })),
  made: ({ id, event, url, method }: KeptEvent) => ({ id: Number(id), event_type: event, url, method }),
  read: (json: Record<string, string>) => ({
    event: json['event_type'] as string,
    url: json['url'] as string,
    method: json['method'] as string,
    isEnabled: true,
  }),
};

const voipnowView = ({ id, event, url, method, isEnabled }: KeptEvent) => ({
  type: event,
  id,
  url,
  method: method === 'POST' ? '1' : '0',
  status: isEnabled ? '1' : '0',
  note: '',
});

const voipnowWords: typeof ringmeWords = {
  gone: {
    status: 400,
    body: { error: { code: 'extension_invalid', message: 'No such extension.' } },
  } as unknown as typeof ringmeWords.gone,
  full: {
    status: 400,
    body: { error: { code: 'pcet_failed', message: 'The maximum number of events was reached' } },
  } as unknown as typeof ringmeWords.full,
  removed: { status: 204, body: null },
  extensions: () => [],
  list: (list, path) => ({
    entry: pageOf(
      list.toSorted((one, other) => (one.url < other.url ? -1 : 1)),
      path,
      ['startIndex', 'count'],
      false,
    ).map(voipnowView),
    totalResults: String(list.length),
  }),
  made: ({ id }) => ({ id }) as unknown as ReturnType<typeof ringmeWords.made>,
  read: (json) => ({
    event: json['type'] as string,
    url: json['url'] as string,
    method: json['method'] === '1' ? 'POST' : 'GET',
    isEnabled: json['status'] !== '0',
  }),
};
