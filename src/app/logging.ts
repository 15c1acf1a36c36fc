import { pino } from 'pino';
import type { Logger } from '../kit/logger.ts';

/** Lines of JSON on standard error: standard output belongs to what a command answers. */
export function createLogger(level: 'debug' | 'info' | 'warn' | 'error'): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
