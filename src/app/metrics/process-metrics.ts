import type { Registry } from 'prom-client';
import { counter, gauge } from '../../api/metrics/scraped.ts';

/**
 * Read when somebody asks. The library's own set keeps a timer of 10 ms going for the event loop's delay, which is all
 * the processor time an idle server uses.
 */
export function registerProcess(registry: Registry): void {
  let before = performance.eventLoopUtilization();
  gauge(
    registry,
    { name: 'offhook_event_loop_utilization', help: 'Share of the time since the last look the event loop was busy' },
    () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return [[utilization]];
    },
  );
  counter(registry, { name: 'offhook_process_cpu_seconds_total', help: 'Processor time used, all threads' }, () => {
    const { user, system } = process.cpuUsage();
    return [[(user + system) / 1e6]];
  });
  const one = (name: string, help: string, read: () => number): void =>
    gauge(registry, { name, help }, () => [[read()]]);
  one(
    'offhook_process_start_time_seconds',
    'When the process started, since 1970',
    () => performance.timeOrigin / 1000,
  );
  one('offhook_process_resident_memory_bytes', 'Memory: resident', () => process.memoryUsage.rss());
  one('offhook_heap_size_total_bytes', 'Memory: heap of the main thread', () => process.memoryUsage().heapTotal);
  one('offhook_heap_size_used_bytes', 'Memory: what of that heap is in use', () => process.memoryUsage().heapUsed);
  one('offhook_external_memory_bytes', 'Memory: outside the heap', () => process.memoryUsage().external);
}
