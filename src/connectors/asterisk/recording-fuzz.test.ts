/** The recordings of a real Asterisk with something gone wrong on the way; ten thousand such stories are in test/real. */
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  checkAlone,
  checkStory,
  checkUnbroken,
  runsOf,
  stories,
  type Story,
} from '../../../test/support/recording-fuzz.ts';

const all = 540;

for (const [what, story] of Object.entries(stories)) {
  test(`every rule holds with ${what}`, () => fc.assert(fc.asyncProperty(story, checkStory), runsOf(all)));
}

test('of two calls at once each is told as it would be alone', () =>
  fc.assert(fc.asyncProperty(stories['two calls at once'] as fc.Arbitrary<Story>, checkAlone), runsOf(all)));

test('a connection that is broken and there again at once: all is told as if it had not been', () =>
  fc.assert(fc.asyncProperty(stories['the connection broken'] as fc.Arbitrary<Story>, checkUnbroken), runsOf(all)));
