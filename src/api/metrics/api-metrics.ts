import { Counter, type Registry } from 'prom-client';

/** What the API itself counts. Labels never hold ids, tokens or numbers of people. */
export interface ApiMetrics {
  eventsAccepted(count: number, duplicates: number): void;
  eventsRefused(code: string): void;
}

export function createApiMetrics(registry: Registry): ApiMetrics {
  const accepted = new Counter({
    name: 'offhook_ingest_events_accepted_total',
    help: 'Events taken over HTTP and durable, by whether they were new',
    labelNames: ['duplicate'],
    registers: [registry],
  });
  const refused = new Counter({
    name: 'offhook_ingest_requests_refused_total',
    help: 'Requests to POST /v1/events that were refused, by problem code',
    labelNames: ['code'],
    registers: [registry],
  });
  return {
    eventsAccepted: (count, duplicates) => {
      if (count > duplicates) accepted.inc({ duplicate: 'no' }, count - duplicates);
      if (duplicates > 0) accepted.inc({ duplicate: 'yes' }, duplicates);
    },
    eventsRefused: (code) => refused.inc({ code }),
  };
}
