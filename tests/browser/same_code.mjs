// Reads a JSON list of [name, source, served] scripts from stdin, and prints the names of those that
// differ in more than comments and indentation. Run with --expose-internals: the parser is Node's own.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { parse } = createRequire(import.meta.url)("internal/deps/acorn/acorn/dist/acorn");
const MARKUP = ["html", "svg"]; // templates in which the indentation of lines means nothing
const PLACES = ["start", "end"];

function withoutIndentation(node) {
  if (node?.type === "TaggedTemplateExpression" && MARKUP.includes(node.tag.name)) {
    for (const { value } of node.quasi.quasis) {
      for (const name of ["raw", "cooked"]) value[name] = value[name].replace(/\n\s+/g, "\n");
    }
  }
  for (const each of Object.values(node ?? {})) if (typeof each === "object") withoutIndentation(each);
}

function tree(code) {
  const found = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  withoutIndentation(found);
  return JSON.stringify(found, (name, value) => (PLACES.includes(name) ? undefined : value));
}

const files = JSON.parse(readFileSync(0, "utf8"));
const changed = files.filter(([, source, served]) => tree(source) !== tree(served));
console.log(JSON.stringify(changed.map(([name]) => name)));
