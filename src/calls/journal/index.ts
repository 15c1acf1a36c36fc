export { createJournalist, type Journalist } from './journalist.ts';
