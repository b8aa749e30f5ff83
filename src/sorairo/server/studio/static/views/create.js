// The first view: the compose box, and what was made last. A request keeps its place from the moment
// at which it is sent, so that nothing moves when a clip is finished.

import { ago, edit, html, icon, isForWords, link, nothing, quickOf, repeat, replaceDraft, state, t, videos } from "../core/view.js";
import { compose, examples, submit } from "./compose.js";
import { costText } from "./fields.js";
import { nameOf, tile } from "./tile.js";

const MOST = 12; // requests

/** The videos by request, newest first: `[{id, videos}]`. */
export function requests(list, most = Infinity) {
  const found = new Map();
  for (const video of list) {
    const id = video.videos?.[0] ?? video.id;
    if (!found.has(id)) {
      if (found.size === most) break;
      found.set(id, []);
    }
    found.get(id).push(video);
  }
  return [...found].map(([id, each]) => ({ id, videos: each }));
}

const request = ({ videos: [first, ...others] }) => html`
  <article class="request ${others.length ? "many" : ""}">
    <header>
      <p class="request-prompt" title=${nameOf(first)}>${nameOf(first)}</p>
      <p class="muted">
        ${others.length && first.score !== undefined ? html`${t("jobs.bestFirst")} · ` : nothing}${ago(first.created_at, state.now)}
      </p>
    </header>
    <div class="request-tiles">${[first, ...others].map(tile)}</div>
  </article>
`;

function makeExample(prompt) {
  const all = { prompt, n: 1, source: null, characters: [], loop: false, ...quickOf(state.draft.model) };
  if (state.draft.prompt) replaceDraft(all, t("compose.replaced"));
  else edit(all);
  submit();
}

const welcome = () => {
  const { model } = state.draft;
  const isWords = isForWords(model);
  const found = isWords ? examples().slice(0, 3) : [];
  const cost = found.length ? costText("v1/videos", { prompt: found[0], ...quickOf(model), ...(model && { model }) }) : nothing;
  return html`
    <section class="welcome" aria-labelledby="welcome">
      <span class="empty-sky"></span>
      <h2 id="welcome">${t(isWords ? "compose.welcomeTitle" : "compose.welcomeOther")}</h2>
      <p class="muted">${t(isWords ? "compose.welcomeText" : "compose.welcomePicture")}</p>
      <ul>
        ${found.map(
          (prompt) => html`<li>
            <p>${prompt}</p>
            <button @click=${() => makeExample(prompt)}>${icon("create")} ${t("compose.welcomeAction")}<span class="hidden">${prompt}</span> ${cost}</button>
          </li>`,
        )}
      </ul>
    </section>
  `;
};

export const create = {
  title: () => t("shell.create"),
  draw: () => {
    const found = requests(videos(), MOST);
    return html`
      <h1>${t("compose.title")}</h1>
      ${compose()}
      ${found.length
        ? html`<section class="feed" aria-label=${t("jobs.newest")}>
            ${repeat(found, (each) => each.id, request)}
          </section>
          ${found.length === MOST ? html`<p><a class="button" href=${link("library")}>${icon("library")} ${t("library.all")}</a></p>` : nothing}`
        : state.library.complete
          ? welcome()
          : nothing}
    `;
  },
};
