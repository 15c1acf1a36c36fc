import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownPath } from './own-path.ts';

const pathOf = ownPath(['/uapi', '/api/ver1.0', '/oauth/token']);

test('a slash at the end and what stands in front change nothing', () => {
  const cases: [string, string][] = [
    ['/uapi/extensions/@me/0003*210/phoneCallEvents/', '/uapi/extensions/@me/0003*210/phoneCallEvents'],
    ['/uapi/x/?a=/b/', '/uapi/x?a=/b/'],
    ['/uapi/x//', '/uapi/x'],
    ['/ringme/api/ver1.0/extension/5/event/', '/api/ver1.0/extension/5/event'],
    ['/a/b/oauth/token/', '/oauth/token'],
    ['/oauth/token?x=1', '/oauth/token?x=1'],
    ['/uapi/', '/uapi'],
    ['/in/ringme/token/?a=/b/', '/in/ringme/token?a=/b/'],
    ['/in/ringme/uapi', '/in/ringme/uapi'],
  ];
  for (const [given, own] of cases) assert.equal(pathOf(given), own);
});

test('other paths stay as they are, to the letter', () => {
  for (const path of ['/', '', '/v1/subscriptions/', '/v1/x/uapi/y', '/inbox/uapi/', '/uapix/y/', '/xuapi/y/', '*']) {
    assert.equal(pathOf(path), path);
  }
  assert.equal(pathOf('/healthz/?q=/uapi/x/'), '/healthz/?q=/uapi/x/');
});
