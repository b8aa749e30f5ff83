// OpenAI's Node SDK, unmodified, against the server of OPENAI_BASE_URL: every call of
// `client.videos`, `client.webhooks.unwrap`, and the errors. The argument is the installed package
// to test. test_node.py starts the server.
// Ends with 1, and a sentence that says what is wrong, as soon as something is.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';

const { default: OpenAI, toFile } = await import(process.argv[2]);

const QUICK = { size: '128x128', seconds: '0.5', fps: 12, num_inference_steps: 2 };
const PATIENCE = 300_000; // milliseconds for a clip
const client = new OpenAI({ maxRetries: 0 }); // the address, the key and the secret: environment

async function finished(video) {
  const end = Date.now() + PATIENCE;
  while (video.status === 'queued' || video.status === 'in_progress') {
    assert(Date.now() < end, `${video.id} was not finished in time`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    video = await client.videos.retrieve(video.id);
  }
  return video;
}

async function completed(video) {
  video = await finished(video);
  assert.equal(video.status, 'completed', JSON.stringify(video.error));
  assert.equal(video.progress, 100);
  return video;
}

async function bytes(id, variant) {
  const content = await client.videos.downloadContent(id, variant && { variant });
  return Buffer.from(await content.arrayBuffer());
}

async function creates() {
  const asked = { model: 'sora-2', prompt: 'a red ball drops', ...QUICK };
  const video = await completed(await client.videos.create(asked));
  assert.equal(video.object, 'video');
  assert.deepEqual([video.model, video.prompt, video.size], ['sora-2', asked.prompt, '128x128']);
  assert.equal(video.seconds, '0.5');
  assert.equal(video.error, null);
  assert(video.completed_at >= video.created_at);
  return video;
}

async function downloads(video) {
  const clip = await bytes(video.id);
  assert.equal(clip.toString('latin1', 4, 8), 'ftyp', 'the clip is an mp4');
  assert.deepEqual(await bytes(video.id, 'video'), clip, 'the clip is the usual variant');
  const picture = await bytes(video.id, 'thumbnail');
  assert.equal(picture.toString('latin1', 8, 12), 'WEBP', 'the thumbnail is a webp');
  const sheet = await bytes(video.id, 'spritesheet');
  assert.deepEqual([...sheet.subarray(0, 3)], [0xff, 0xd8, 0xff], 'the sheet is a jpg');
}

async function listsAndDeletes(video) {
  const made = [];
  for (let i = 0; i < 5; i++) {
    made.unshift((await client.videos.create({ prompt: `ball ${i}`, ...QUICK })).id);
  }
  const names = [];
  for await (const each of client.videos.list({ limit: 2 })) names.push(each.id);
  assert.deepEqual(names, [...made, video.id], 'pages of two, the newest first');
  const oldest = await client.videos.list({ limit: 1, order: 'asc' });
  assert.equal(oldest.data[0].id, video.id);
  assert(oldest.hasNextPage());
  for (const id of made) {
    const gone = await client.videos.delete(id);
    assert.deepEqual({ ...gone }, { id, object: 'video.deleted', deleted: true });
  }
  const left = await client.videos.list();
  assert.deepEqual(left.data.map((each) => each.id), [video.id]);
}

async function makesFromPictures() {
  const red = // 16 by 16 pixels
    'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mM4oaFBEmIY1TCqYfhqAAB8MxgQ+iSj5Q' +
    'AAAABJRU5ErkJggg==';
  const file = await toFile(Buffer.from(red, 'base64'), 'a.png', { type: 'image/png' });
  const image_url = `data:image/png;base64,${red}`;
  for (const input_reference of [file, { image_url }]) {
    await completed(await client.videos.create({ prompt: 'it moves', input_reference, ...QUICK }));
  }
}

async function makesFromClips(video) {
  const remixed = await completed(await client.videos.remix(video.id, { prompt: 'a blue ball' }));
  assert.equal(remixed.remixed_from_video_id, video.id);
  assert.equal(remixed.prompt, 'a blue ball');
  const clip = await bytes(video.id);
  for (const given of [{ id: video.id }, await toFile(clip, 'clip.mp4', { type: 'video/mp4' })]) {
    const prompt = 'a green ball';
    const edited = await completed(
      await client.videos.edit({ prompt, video: given, num_inference_steps: 2 }),
    );
    assert.equal(edited.size, '128x128');
    const longer = await completed(
      await client.videos.extend({ prompt, video: given, seconds: '4', num_inference_steps: 2 }),
    );
    assert(Math.abs(longer.duration - 4.5) < 0.05, `the total is ${longer.duration} s`);
    assert(Math.abs(Number(longer.seconds) - 4.5) <= 0.5, `clients see ${longer.seconds} s`);
  }
}

async function makesCharacters(video) {
  const clip = await toFile(await bytes(video.id), 'clip.mp4', { type: 'video/mp4' });
  const character = await client.videos.createCharacter({ name: 'Ruby', video: clip });
  assert.equal(character.name, 'Ruby');
  assert.deepEqual(await client.videos.getCharacter(character.id), character);
  await assert.rejects(client.videos.getCharacter('char_of_nobody'), OpenAI.NotFoundError);
}

/** The server sends its events to this port. */
async function hears() {
  const listener = createServer().listen(Number(process.env.LISTENER_PORT), '127.0.0.1');
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const { id } = await client.videos.create({ prompt: 'a ball', ...QUICK });
    let request, response, body, event;
    do { // events of earlier videos may come first
      [request, response] = await once(listener, 'request', { signal });
      body = '';
      for await (const piece of request) body += piece;
      response.writeHead(204).end();
      event = await client.webhooks.unwrap(body, request.headers);
    } while (event.data.id !== id);
    assert.equal(event.type, 'video.completed');
    const changed = body.replace('completed', 'failed');
    await assert.rejects(
      client.webhooks.unwrap(changed, request.headers),
      OpenAI.InvalidWebhookSignatureError,
    );
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
}

async function refuses() {
  const stranger = new OpenAI({ apiKey: 'sk-wrong', maxRetries: 0 });
  await assert.rejects(stranger.videos.list(), OpenAI.AuthenticationError);
  await assert.rejects(client.videos.retrieve('video_of_nobody'), OpenAI.NotFoundError);
  await assert.rejects(
    client.videos.create({ prompt: 'x', input_reference: 'a string' }),
    (error) =>
      error instanceof OpenAI.BadRequestError &&
      error.code === 'invalid_type' &&
      error.param === 'input_reference',
  );
  for (const wrong of [{ prompt: '' }, { size: 'huge' }, { seconds: 'many' }, { seed: 's' }]) {
    await assert.rejects(
      client.videos.create({ prompt: 'x', ...wrong }),
      OpenAI.BadRequestError,
      `${JSON.stringify(wrong)} is refused`,
    );
  }
}

try {
  const video = await creates();
  await downloads(video);
  await listsAndDeletes(video);
  await hears();
  await makesFromPictures();
  await makesFromClips(video);
  await makesCharacters(video);
  await refuses();
} catch (error) {
  console.error(`The Node SDK was not answered as it expects: ${error.message}`);
  console.error(error.stack);
  process.exit(1);
}
