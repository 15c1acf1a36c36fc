import { type CallRecord, numbersOf } from './call-record.ts';

/** What calls are searched by, besides time and who asks. What is not given is not asked. */
export interface CallFilter {
  /** Any of these, as `numberKey` gives them; the beginnings of numbers where `prefix` is set. */
  readonly numbers?: readonly string[];
  readonly prefix?: boolean;
  readonly domain?: string;
  readonly extension?: string;
  readonly direction?: CallRecord['call']['direction'];
  readonly outcome?: CallRecord['call']['outcome'];
  /** Only calls that ended. */
  readonly ended?: boolean;
  /** Only calls that name this recording: one, as a rule. */
  readonly recording?: string;
  /** Only calls that one of these reported. */
  readonly connectors?: readonly string[];
}

/** What a record is found by, made once: many searches may look at it while it waits to be written. */
const numbersKnown = new WeakMap<object, readonly string[]>();

function numbersIn(record: Pick<CallRecord, 'call' | 'legs'>): readonly string[] {
  const known = numbersKnown.get(record) ?? [...numbersOf(record)];
  numbersKnown.set(record, known);
  return known;
}

/** @param record is not changed afterwards */
export function matchesCall(
  filter: CallFilter,
  record: Pick<CallRecord, 'domain' | 'connector' | 'extensions' | 'call' | 'legs'>,
): boolean {
  const { numbers, prefix, domain, extension, direction, outcome, ended, recording, connectors } = filter;
  if (domain !== undefined && record.domain !== domain) return false;
  if (direction !== undefined && record.call.direction !== direction) return false;
  if (outcome !== undefined && record.call.outcome !== outcome) return false;
  if (ended && record.call.state !== 'ended') return false;
  if (extension !== undefined && !record.extensions.includes(extension)) return false;
  if (recording !== undefined && !record.call.recordings.some(({ id }) => id === recording)) return false;
  if (connectors && !connectors.includes(record.connector)) return false;
  if (numbers === undefined) return true;
  const own = numbersIn(record);
  return numbers.some((number) => own.some((one) => (prefix ? one.startsWith(number) : one === number)));
}
