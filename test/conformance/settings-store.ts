/** What every SettingsStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

export function settingsStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`settings store: ${name}`, () => {
    withStore('gives back what was set last', async ({ records, reopen }) => {
      assert.equal(await records().settings.get('server.id'), null);
      await records().settings.set('server.id', 'one');
      await records().settings.set('server.id', 'two');
      await records().settings.set('other', '');
      await reopen();
      assert.equal(await records().settings.get('server.id'), 'two');
      assert.equal(await records().settings.get('other'), '');
      assert.equal(await records().settings.get('log.id'), null, 'names of others are not seen');
    });

    withStore('keeps any text exactly', async ({ records }) => {
      for (const text of oddTexts) await records().settings.set(`name ${text}`, text);
      for (const text of oddTexts) assert.equal(await records().settings.get(`name ${text}`), text);
    });
  });
}
