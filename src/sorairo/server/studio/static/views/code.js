// The request that makes a clip, as code: curl, Python, Node and the command line.

import { key, t, videoOf } from "../core/view.js";
import { toToml } from "../core/board.js";

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

// Given files that no video of the server holds are fetched and stored first: INPUT_0 is the id of the
// stored file, which a program has in a variable.
const uploads = (recipe) => recipe.inputs.filter((each) => !each.video_id && !each.character_id);
const inputAddress = (recipe, { number }) => `${base()}/videos/${recipe.id}/inputs/${number}`;

/** The body with the given files in their fields, such as "storyboard.card[0].picture". */
function bodyOf(recipe) {
  const body = structuredClone(recipe.body);
  for (const { number, field } of uploads(recipe)) {
    const path = field.match(/[^.[\]]+/g);
    let into = body;
    path.forEach((name, at) => {
      const isLast = at === path.length - 1;
      into[name] ??= /^\d+$/.test(path[at + 1]) ? [] : {};
      if (isLast) Object.assign(into[name], { file_id: `INPUT_${number}` });
      into = into[name];
    });
  }
  return body;
}

/** Text in which the names of stored files are replaced by what a language writes for them. */
const withInputs = (text, write) => text.replace(/"INPUT_(\d+)"/g, (_, number) => write(number));

const WRITERS = {
  curl: (recipe) => {
    const store = (each) => `INPUT_${each.number}=$(curl -s ${inputAddress(recipe, each)}${auth()} |
\x20 curl -s ${base()}/files${auth()} -F purpose=user_data -F file=@- | jq -r .id)\n`;
    const body = withInputs(quoted(json(bodyOf(recipe))), (number) => `"'"$INPUT_${number}"'"`);
    return `${uploads(recipe).map(store).join("")}curl ${base()}${route(recipe)}${auth()} -H 'Content-Type: application/json' -d ${body}`;
  },
  python: (recipe) => {
    const files = uploads(recipe);
    const store = (each) => `content = client.get("/videos/${recipe.id}/inputs/${each.number}", cast_to=HttpxBinaryResponseContent).content
input_${each.number} = client.files.create(file=("input", content), purpose="user_data")\n`;
    return `from openai import ${files.length ? "HttpxBinaryResponseContent, " : ""}OpenAI
from openai.types import Video

client = OpenAI(base_url=${JSON.stringify(base())}${key() ? "" : `, api_key="any"`})
${files.map(store).join("")}body = ${withInputs(python(bodyOf(recipe)), (number) => `input_${number}.id`)}
video = client.post(${JSON.stringify(route(recipe))}, body=body, cast_to=Video)
video = client.videos.poll(video.id)
client.videos.download_content(video.id).write_to_file("clip.mp4")`;
  },
  node: (recipe) => {
    const files = uploads(recipe);
    const store = (each) => `const content${each.number} = await client.get("/videos/${recipe.id}/inputs/${each.number}", { __binaryResponse: true });
const input${each.number} = await client.files.create({ file: await toFile(content${each.number}, "input"), purpose: "user_data" });\n`;
    return `import OpenAI${files.length ? ", { toFile }" : ""} from "openai";
import { writeFile } from "node:fs/promises";

const client = new OpenAI({ baseURL: ${JSON.stringify(base())}${key() ? "" : `, apiKey: "any"`} });
${files.map(store).join("")}const body = ${withInputs(json(bodyOf(recipe)), (number) => `input${number}.id`)};
let video = await client.post(${JSON.stringify(route(recipe))}, { body });
while (["queued", "in_progress"].includes(video.status)) {
\x20 await new Promise((next) => setTimeout(next, 1000));
\x20 video = await client.videos.retrieve(video.id);
}
const content = await client.videos.downloadContent(video.id);
await writeFile("clip.mp4", Buffer.from(await content.arrayBuffer()));`;
  },
  cli: commandLine,
};

// What the command line calls as the request does, but for a few.
const OPTIONS = [
  ...["width", "seconds", "forward", "backward", "strength", "region", "start", "end", "prompt_a", "prompt_b", "fps"],
  ...["seed", "steps", "quality", "guidance", "negative", "style", "model"],
];
const RENAMED = { width: "size", start: "from", end: "to" };
const COMMANDS = ["generate", "extend", "loop", "edit", "connect", "animate"];
const auth = () => (key() ? ` -H "Authorization: Bearer $OPENAI_API_KEY"` : "");

// Given files are fetched first, each under the name of its number.
const isPicture = ({ field }) => /picture|mask|condition|image|reference|frame/.test(field);
const fileOf = (each) => `input-${each.number}.${isPicture(each) ? "png" : "mp4"}`;
const fetched = (recipe) => recipe.inputs.map((each) => `curl -s ${inputAddress(recipe, each)}${auth()} -o ${fileOf(each)}\n`).join("");

/** The given files as a command takes them: by options, or as arguments. */
function givenWords({ kind, request, inputs }) {
  if (kind === "edit") return [fileOf(inputs[0]), ...inputs.slice(1).map((each) => `--region ${fileOf(each)}`)];
  if (kind !== "animate" || String(request.at ?? 0) === "0") return inputs.map(fileOf);
  return inputs.map((each, at) => `--at ${request.at[at]}=${fileOf(each)}`);
}

/** A storyboard as its TOML file, and the command that reads it; its clips and pictures are beside it. */
function storyboardCommand(recipe) {
  const { body, inputs, request } = recipe;
  const board = structuredClone(body.storyboard);
  const names = [...(request.names ?? [])];
  for (const { number, field } of inputs) {
    const [, card, name] = /card\[(\d+)\]\.(\w+)/.exec(field) ?? [];
    const file = fileOf({ number, field });
    if (card) board.card[card][name] = file;
    else (board.character ??= []).push({ name: names.shift(), clip: file });
  }
  return `${fetched(recipe)}cat > storyboard.toml <<'END'\n${toToml(board)}END
${withOptions(["sorairo storyboard storyboard.toml"], recipe)}`;
}

/** The words of a command and its options, one a line. */
function withOptions(words, { request, body, id }) {
  for (const name of OPTIONS) {
    let [value] = [request[name]].flat(); // of a strength for each picture, the first
    if (name === "width") value &&= `${value}x${request.height}`;
    if ((value || name === "seed") && value !== "full") words.push(`--${RENAMED[name] ?? name.replace("_", "-")} ${typeof value === "number" ? value : quoted(value)}`);
  }
  if (body.fast === false) words.push("--no-fast");
  for (const each of request.loras ?? []) words.push(`--lora ${quoted(each)}`);
  if (request.curve?.length) words.push(`--curve ${request.curve.join()}`);
  if (request.loop) words.push("--loop");
  const isUnknown = videoOf(id)?.note_details?.some(({ code }) => code === "nothing_known"); // refused by the command line
  if (request.rewrite === false || isUnknown) words.push("--no-rewrite");
  if (request.vary === false) words.push("--no-vary");
  return [...words, "-o result.mp4"].join(" \\\n  ");
}

function commandLine(recipe) {
  const { kind, request } = recipe;
  if (kind === "storyboard") return storyboardCommand(recipe);
  if (!COMMANDS.includes(kind)) return `# ${t("clip.noCommand")}\n${WRITERS.curl(recipe)}`;
  const prompt = request.prompt_a && request.prompt_b ? [] : [quoted(request.prompt)];
  return fetched(recipe) + withOptions([`sorairo ${kind}`, ...givenWords(recipe), ...prompt], recipe);
}

export const codeOf = (recipe, language) => WRITERS[language](recipe);
