// The request that makes a clip, as code: curl, Python, Node and the command line.

export const LANGUAGES = { curl: "curl", python: "Python", node: "Node.js", cli: "sorairo" };

const base = () => new URL("v1", document.baseURI).href;
const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
const json = (value) => JSON.stringify(value, null, 2);
const route = (recipe) => recipe.path.replace(/^\/v1/, "");

/** A JSON value as Python writes it. */
function python(value, indent = "") {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const isList = Array.isArray(value);
  const entries = isList
    ? value.map((each) => python(each, inner))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${python(each, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  return entries.length ? `${open}\n${inner}${entries.join(`,\n${inner}`)},\n${indent}${close}` : `${open}${close}`;
}

const WRITERS = {
  curl: (recipe) => `curl ${base()}${route(recipe)} -H 'Content-Type: application/json' -d ${quoted(json(recipe.body))}`,
  python: (recipe) => `from openai import OpenAI
from openai.types import Video

client = OpenAI(base_url=${JSON.stringify(base())}, api_key="any")
body = ${python(recipe.body)}
video = client.post(${JSON.stringify(route(recipe))}, body=body, cast_to=Video)
video = client.videos.poll(video.id)
client.videos.download_content(video.id).write_to_file("clip.mp4")`,
  node: (recipe) => `import OpenAI from "openai";
import { writeFile } from "node:fs/promises";

const client = new OpenAI({ baseURL: ${JSON.stringify(base())}, apiKey: "any" });
const body = ${json(recipe.body)};
let video = await client.post(${JSON.stringify(route(recipe))}, { body });
while (["queued", "in_progress"].includes(video.status)) {
  await new Promise((next) => setTimeout(next, 1000));
  video = await client.videos.retrieve(video.id);
}
const content = await client.videos.downloadContent(video.id);
await writeFile("clip.mp4", Buffer.from(await content.arrayBuffer()));`,
  cli: (recipe) => commandLine(recipe),
};

// Options of the command line by the names of the request's fields.
const OPTIONS = {
  seconds: "--seconds", forward: "--forward", backward: "--backward", strength: "--strength", region: "--region",
  start: "--from", end: "--to", prompt_a: "--prompt-a", prompt_b: "--prompt-b", fps: "--fps", seed: "--seed",
  steps: "--steps", guidance: "--guidance", negative: "--negative", style: "--style",
};
const GIVEN = { extend: ["clip.mp4"], loop: ["clip.mp4"], edit: ["clip.mp4"], connect: ["a.mp4", "b.mp4"], animate: ["picture.png"] };

function commandLine(recipe) {
  const { kind, request } = recipe;
  if (kind === "cut") return WRITERS.curl(recipe); // there is no command for it
  if (!["generate", ...Object.keys(GIVEN)].includes(kind)) return `sorairo ${kind} --help`;
  const words = [`sorairo ${kind}`, ...(GIVEN[kind] ?? []), quoted(request.prompt)];
  if (request.width) words.push(`--size ${request.width}x${request.height}`);
  for (const [name, option] of Object.entries(OPTIONS)) {
    const value = request[name];
    const isDefault = value === undefined || value === null || value === "" || (value === 0 && name !== "seed");
    if (!isDefault) words.push(`${option} ${typeof value === "number" ? value : quoted(value)}`);
  }
  if (request.loop) words.push("--loop");
  if (request.rewrite === false) words.push("--no-rewrite");
  words.push(`-o result.mp4`);
  return words.join(" \\\n  ");
}

export const codeOf = (recipe, language) => WRITERS[language](recipe);
