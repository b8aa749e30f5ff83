// Import: a place to drop an archive of Sora's work, and what became of its files.

import { chosenFiles, droppedFiles, importFiles, stopImport } from "../core/importer.js";
import { attempt, change, html, icon, link, nothing, number, state, t } from "../core/view.js";
import { fileButton, meter } from "./fields.js";

const MOST_PROBLEMS = 50; // that are listed

state.importOver = false;

function onDrop(event) {
  event.preventDefault();
  change({ importOver: false });
  attempt(async () => importFiles(await droppedFiles(event.dataTransfer)));
}

function onDrag(event, isOver) {
  event.preventDefault();
  if (state.importOver !== isOver) change({ importOver: isOver });
}

const chooser = (name, isFolder) =>
  fileButton(html`${icon(isFolder ? "library" : "picture")} ${name}`, (files) => importFiles(chosenFiles(files)), {
    kind: isFolder ? "primary" : "",
    label: name,
    isFolder,
    isMultiple: true,
  });

const place = () => html`
  <div class="drop ${state.importOver ? "over" : ""}" @drop=${onDrop}
    @dragover=${(event) => onDrag(event, true)} @dragleave=${(event) => onDrag(event, false)}>
    ${icon("import")}
    <h2>${t("import.drop")}</h2>
    <p class="muted">${t("import.what")}</p>
    <div class="row">${chooser(t("import.folder"), true)} ${chooser(t("import.files"), false)}</div>
  </div>
`;

const progress = ({ phase, done, total }) => html`
  <section class="card stack" role="status">
    <p>${phase === "reading" ? t("import.reading") : t("import.sending", { done: number(done), total: number(total) })}</p>
    ${meter(done, total, t("import.title"))}
    <div class="row"><button @click=${stopImport}>${t("common.cancel")}</button></div>
  </section>
`;

const outcome = ({ counts, silent, problems, total }) => html`
  <section class="card stack" role="status">
    <h2>${t(total ? "import.done" : "import.nothing", { n: counts.imported })}</h2>
    ${silent ? html`<p>${t("import.silent", { n: silent })}</p>` : nothing}
    ${counts.present ? html`<p>${t("import.present", { n: counts.present })}</p>` : nothing}
    ${counts.trashed ? html`<p>${t("import.trashed", { n: counts.trashed })} <a href=${link("trash")}>${t("library.trash")}</a></p>` : nothing}
    ${problems.length
      ? html`<p>${t("import.skipped", { n: problems.length })}</p>
          <ul class="import-list small">${problems.slice(0, MOST_PROBLEMS).map(
            ({ path, reason }) => html`<li>${path ? html`<span class="mono">${path}</span>: ` : nothing}${reason}</li>`,
          )}</ul>`
      : nothing}
    ${counts.imported || counts.present
      ? html`<div class="row"><a class="button primary" href=${link("library")}>${icon("library")} ${t("import.look")}</a></div>`
      : nothing}
  </section>
`;

export const importing = {
  title: () => t("import.title"),
  draw: () => {
    const run = state.importing;
    return html`
      <h1>${t("import.title")}</h1>
      ${run && run.phase !== "done" ? progress(run) : html`${run ? outcome(run) : nothing} ${place()}`}
      <p class="muted">${t("import.command")} <code>sorairo import FOLDER</code></p>
    `;
  },
};
