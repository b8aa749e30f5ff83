// The tests of `client.videos` of OpenAI's Node SDK (videos.test.ts) against a real server, with real
// ids and files in place of its examples. The argument is the installed package to test.
// clients/test_suites.py starts the server.

import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { expect } from 'expect';

const { default: OpenAI, toFile } = await import(process.argv[2]);
const { TEST_API_BASE_URL, TEST_VIDEO, TEST_CHARACTER, TEST_CLIP, TEST_PICTURE } = process.env;
const swapped = {
  VIDEO: TEST_VIDEO,
  CHARACTER: TEST_CHARACTER,
  CLIP: readFileSync(TEST_CLIP),
  PICTURE: readFileSync(TEST_PICTURE),
  async newVideo() {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ prompt: 'x' });
    const response = await fetch(`${TEST_API_BASE_URL}/videos`, { method: 'POST', headers, body });
    return (await response.json()).id;
  },
};
const replacements = [
  [/^import .*$/m, ''],
  [/input_reference: await toFile\(Buffer\.from\('Example data'\)/g, 'input_reference: await toFile(swapped.PICTURE'],
  [/video: await toFile\(Buffer\.from\('Example data'\)/g, 'video: await toFile(swapped.CLIP'],
  [/delete\('video_123'\)/g, 'delete(await swapped.newVideo())'],
  [/'video_123'/g, 'swapped.VIDEO'],
  [/'char_123'/g, 'swapped.CHARACTER'],
];
let text = readFileSync(new URL('videos.test.ts', import.meta.url), 'utf8');
for (const [pattern, replacement] of replacements) {
  if (!text.match(pattern)) throw new Error(`nothing to replace: ${pattern}`);
  text = text.replace(pattern, replacement);
}

// Skips what an older SDK does not have.
function testOfMethod(name, run) {
  const method = name.split(':')[0];
  test(name, { skip: !(method in OpenAI.Videos.prototype) }, run);
}

new Function('OpenAI', 'toFile', 'describe', 'test', 'expect', 'swapped', text)(
  OpenAI,
  toFile,
  describe,
  testOfMethod,
  expect,
  swapped,
);
