// Icons: strokes on a grid of 24, in the colour of the text. Most are one path.

import { html, svg } from "./lit.js";

const PATHS = {
  create: "M12 3.5l1.9 5.1 5.1 1.9-5.1 1.9-1.9 5.1-1.9-5.1L5 10.5l5.1-1.9zM19 16.5v4M17 18.5h4",
  library: svg`<rect x="3.5" y="3.5" width="7" height="7" rx="1.5" /><rect x="13.5" y="3.5" width="7" height="7" rx="1.5" /><rect x="3.5" y="13.5" width="7" height="7" rx="1.5" /><rect x="13.5" y="13.5" width="7" height="7" rx="1.5" />`,
  storyboard: svg`<rect x="2.5" y="6" width="5.5" height="12" rx="1.5" /><rect x="10" y="6" width="11.5" height="12" rx="1.5" /><path d="M14.5 10l3 2-3 2z" />`,
  branches: svg`<circle cx="5.5" cy="12" r="2.5" /><circle cx="18.5" cy="5.5" r="2.5" /><circle cx="18.5" cy="18.5" r="2.5" /><path d="M8 12h2c4 0 2.5-6.5 6-6.5M10 12c4 0 2.5 6.5 6 6.5" />`,
  queue: svg`<path d="M12 6.5V12l3.5 2" /><circle cx="12" cy="12" r="8.5" />`,
  settings: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9" /><circle cx="15" cy="7" r="2" /><circle cx="9" cy="17" r="2" />`,
  import: "M12 4v10M8 10.5l4 4 4-4M4.5 16v2.5a1.5 1.5 0 0 0 1.5 1.5h12a1.5 1.5 0 0 0 1.5-1.5V16",
  close: "M6 6l12 12M18 6L6 18",
  play: "M8 5.5v13l10.5-6.5z",
  gamepad: "M7.5 7h9a5 5 0 0 1 5 5.5c-.3 3-1 5-2.7 5-1.8 0-2.3-2.5-4.3-2.5h-5c-2 0-2.5 2.5-4.3 2.5-1.7 0-2.4-2-2.7-5A5 5 0 0 1 7.5 7zM6 11h4M8 9v4M15.5 10v.2M17.5 12.5v.2",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  back: "M14.5 5.5L8 12l6.5 6.5",
  forward: "M9.5 5.5L16 12l-6.5 6.5",
  heart: "M12 19.5S4.5 15.2 4.5 9.8A4 4 0 0 1 12 7.7a4 4 0 0 1 7.5 2.1c0 5.4-7.5 9.7-7.5 9.7z",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 11.6a1.5 1.5 0 0 0 1.5 1.4h6.4a1.5 1.5 0 0 0 1.5-1.4L17.5 7M10 11v5M14 11v5",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14",
  picture: svg`<rect x="3.5" y="4.5" width="17" height="15" rx="2" /><circle cx="9" cy="10" r="1.6" /><path d="M4 17l5-4.5 3.5 3 3-2.5 4.5 4" />`,
  search: svg`<circle cx="11" cy="11" r="6.5" /><path d="M16 16l4.5 4.5" />`,
  retry: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 3.5v4h-4",
  dice: svg`<rect x="4" y="4" width="16" height="16" rx="3" /><circle cx="9" cy="9" r=".8" /><circle cx="15" cy="15" r=".8" /><circle cx="15" cy="9" r=".8" /><circle cx="9" cy="15" r=".8" />`,
  warning: "M12 4.5l8.5 15h-17zM12 10v4.5M12 17v.2",
  moon: "M19.5 14.2A8 8 0 1 1 9.8 4.5a6.3 6.3 0 0 0 9.7 9.7z",
  sun: svg`<circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4" />`,
  system: svg`<rect x="3.5" y="5" width="17" height="11" rx="2" /><path d="M8.5 20h7M12 16v4" />`,
  loop: "M17 3.5L20 6.5l-3 3M4 11.5v-1a4 4 0 0 1 4-4h12M7 20.5l-3-3 3-3M20 12.5v1a4 4 0 0 1-4 4H4",
  full: "M4.5 9.5v-5h5M14.5 4.5h5v5M19.5 14.5v5h-5M9.5 19.5h-5v-5",
  remix: "M4 7h3.5c4.5 0 4.5 10 9 10H20M4 17h3.5c1.6 0 2.6-1.3 3.5-3M13 10c.9-1.7 1.9-3 3.5-3H20M17.5 4.5L20 7l-2.5 2.5M17.5 14.5L20 17l-2.5 2.5",
  extend: "M4 8v8M20 8v8M8 12h8M13.5 9l3 3-3 3M10.5 9l-3 3 3 3",
  cut: svg`<circle cx="6.5" cy="17.5" r="2.5" /><circle cx="17.5" cy="17.5" r="2.5" /><path d="M8 15.5L16 4M16 15.5L8 4" />`,
  blend: svg`<circle cx="9" cy="12" r="5.5" /><circle cx="15" cy="12" r="5.5" />`,
  region: "M14.5 4.5l5 5L9 20H4v-5zM12 7l5 5",
  retake: "M4 6.5v11M20 6.5v11M4 12h3M17 12h3M9 9h6v6H9z",
  character: svg`<circle cx="12" cy="8.5" r="4" /><path d="M4.5 20c.8-4 3.8-6 7.5-6s6.7 2 7.5 6" />`,
  frame: svg`<rect x="3.5" y="5" width="17" height="14" rx="2" /><path d="M8 5v14M16 5v14" />`,
  copy: svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2" /><path d="M5.5 15.5h-1v-11h11v1" />`,
  docs: "M8 8l-4 4 4 4M16 8l4 4-4 4M13.5 5.5l-3 13",
};

export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${typeof PATHS[name] === "string" ? svg`<path d=${PATHS[name]} />` : PATHS[name]}</svg>`;
