/** The programs of the guides for Python and PHP, run by the interpreters of the machine, as they stand there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf } from '../support/receiver/guide.ts';
import { guideExam } from '../support/receiver/guide-exam.ts';
import { skipWithoutProgram } from './support/parts.ts';

guideExam({
  name: 'http.server',
  guide: 'receiver-python.md',
  skip: skipWithoutProgram('python3'),
  handler: {
    file: 'handle.py',
    change: (text, failsOnce) =>
      text.replace(
        /^def handle\(event\):\n(.*\n)/m,
        `failed = set()\n\n$&    if event["id"].startswith("${failsOnce}") and event["id"] not in failed:\n        failed.add(event["id"])\n        raise RuntimeError("fails once")\n`,
      ),
  },
  program: () => ({ command: 'python3', args: ['-I', '-c', startPython], ready: /^listening$/m }),
});

/** As `python3 receiver.py`; isolated, so that nothing but the standard library can be imported besides the guide. */
const startPython = "import sys, runpy; sys.path.insert(0, '.'); runpy.run_path('receiver.py', run_name='__main__')";

guideExam({
  name: 'php -S, with four workers',
  guide: 'receiver-php.md',
  skip: skipWithoutProgram('php'),
  handler: {
    file: 'handle.php',
    change: (text, failsOnce) =>
      text.replace(
        /^function handle\(.*\n\{\n/m,
        `$&    $mark = sys_get_temp_dir() . '/' . getenv('PORT') . '-' . $event['id'];\n    if (str_starts_with($event['id'], '${failsOnce}') && !file_exists($mark)) {\n        touch($mark);\n        throw new Exception('fails once');\n    }\n`,
      ),
  },
  program: (port) => ({
    command: 'php',
    args: ['-n', '-d', 'sys_temp_dir=.', '-S', `127.0.0.1:${port}`, 'hook.php'],
    env: { PHP_CLI_SERVER_WORKERS: '4' },
    ready: /Development Server .* started/,
  }),
});

test('every program of these guides is named, so that a test runs it', () => {
  for (const [guide, files] of [
    ['receiver-python.md', ['handle.py', 'receiver.py']],
    ['receiver-php.md', ['handle.php', 'hook.php']],
  ] as const) {
    const programs = blocksOf(guide).filter(({ language }) => language !== 'sh');
    assert.deepEqual(
      programs.map(({ file }) => file),
      files,
    );
  }
});
