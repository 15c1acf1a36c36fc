import { createUndiciSender } from '../../src/delivery/sender/undici-sender.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { senderConformance } from './sender.ts';

senderConformance('undici', (setup) => createUndiciSender({ clock: systemClock, ...setup }));
