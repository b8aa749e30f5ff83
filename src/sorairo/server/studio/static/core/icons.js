// Icons: strokes on a grid of 24, in the colour of the text.

import { html, svg } from "./lit.js";

const PATHS = {
  create: svg`<path d="M12 3.5l1.9 5.1 5.1 1.9-5.1 1.9-1.9 5.1-1.9-5.1L5 10.5l5.1-1.9zM19 16.5v4M17 18.5h4" />`,
  library: svg`<rect x="3.5" y="3.5" width="7" height="7" rx="1.5" /><rect x="13.5" y="3.5" width="7" height="7" rx="1.5" /><rect x="3.5" y="13.5" width="7" height="7" rx="1.5" /><rect x="13.5" y="13.5" width="7" height="7" rx="1.5" />`,
  storyboard: svg`<rect x="2.5" y="6" width="5.5" height="12" rx="1.5" /><rect x="10" y="6" width="11.5" height="12" rx="1.5" /><path d="M14.5 10l3 2-3 2z" />`,
  branches: svg`<circle cx="5.5" cy="12" r="2.5" /><circle cx="18.5" cy="5.5" r="2.5" /><circle cx="18.5" cy="18.5" r="2.5" /><path d="M8 12h2c4 0 2.500-6.500 6-6.500M10 12c4 0 2.500 6.500 6 6.500" />`,
  queue: svg`<path d="M12 6.500V12l3.500 2" /><circle cx="12" cy="12" r="8.500" />`,
  settings: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9" /><circle cx="15" cy="7" r="2" /><circle cx="9" cy="17" r="2" />`,
  import: svg`<path d="M12 4v10M8 10.500l4 4 4-4M4.500 16v2.500a1.500 1.500 0 0 0 1.500 1.500h12a1.500 1.500 0 0 0 1.500-1.500V16" />`,
  close: svg`<path d="M6 6l12 12M18 6L6 18" />`,
  play: svg`<path d="M8 5.500v13l10.500-6.500z" />`,
  gamepad: svg`<path d="M7.500 7h9a5 5 0 0 1 5 5.500c-.3 3-1 5-2.700 5-1.800 0-2.300-2.500-4.300-2.500h-5c-2 0-2.500 2.500-4.300 2.500-1.700 0-2.400-2-2.700-5A5 5 0 0 1 7.500 7zM6 11h4M8 9v4M15.500 10v.2M17.500 12.500v.2" />`,
  pause: svg`<path d="M8.500 5.500v13M15.500 5.500v13" />`,
  back: svg`<path d="M14.500 5.500L8 12l6.500 6.500" />`,
  forward: svg`<path d="M9.500 5.500L16 12l-6.500 6.500" />`,
  heart: svg`<path d="M12 19.500S4.500 15.200 4.500 9.800A4 4 0 0 1 12 7.700a4 4 0 0 1 7.500 2.100c0 5.400-7.500 9.700-7.500 9.700z" />`,
  trash: svg`<path d="M4.500 7h15M9.500 7V4.500h5V7M6.500 7l.8 11.600a1.500 1.500 0 0 0 1.500 1.400h6.400a1.500 1.500 0 0 0 1.500-1.400L17.500 7M10 11v5M14 11v5" />`,
  download: svg`<path d="M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 19.500h14" />`,
  more: svg`<circle cx="5.500" cy="12" r=".8" /><circle cx="12" cy="12" r=".8" /><circle cx="18.500" cy="12" r=".8" />`,
  picture: svg`<rect x="3.500" y="4.500" width="17" height="15" rx="2" /><circle cx="9" cy="10" r="1.600" /><path d="M4 17l5-4.500 3.500 3 3-2.500 4.500 4" />`,
  search: svg`<circle cx="11" cy="11" r="6.500" /><path d="M16 16l4.500 4.500" />`,
  retry: svg`<path d="M19.500 12a7.500 7.500 0 1 1-2.200-5.300M19.500 3.500v4h-4" />`,
  dice: svg`<rect x="4" y="4" width="16" height="16" rx="3" /><circle cx="9" cy="9" r=".8" /><circle cx="15" cy="15" r=".8" /><circle cx="15" cy="9" r=".8" /><circle cx="9" cy="15" r=".8" />`,
  check: svg`<path d="M5 12.500l4.500 4.500L19 7.500" />`,
  warning: svg`<path d="M12 4.500l8.500 15h-17zM12 10v4.500M12 17v.2" />`,
  moon: svg`<path d="M19.500 14.200A8 8 0 1 1 9.800 4.500a6.300 6.300 0 0 0 9.700 9.700z" />`,
  sun: svg`<circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600L7 7M17 17l1.400 1.400M5.600 18.400L7 17M17 7l1.400-1.400" />`,
  system: svg`<rect x="3.500" y="5" width="17" height="11" rx="2" /><path d="M8.500 20h7M12 16v4" />`,
  loop: svg`<path d="M17 3.500L20 6.500l-3 3M4 11.500v-1a4 4 0 0 1 4-4h12M7 20.500l-3-3 3-3M20 12.500v1a4 4 0 0 1-4 4H4" />`,
  full: svg`<path d="M4.500 9.500v-5h5M14.500 4.500h5v5M19.500 14.500v5h-5M9.500 19.500h-5v-5" />`,
  remix: svg`<path d="M4 7h3.500c4.500 0 4.500 10 9 10H20M4 17h3.500c1.600 0 2.600-1.300 3.500-3M13 10c.9-1.700 1.900-3 3.500-3H20M17.500 4.500L20 7l-2.500 2.500M17.500 14.500L20 17l-2.500 2.500" />`,
  extend: svg`<path d="M4 8v8M20 8v8M8 12h8M13.500 9l3 3-3 3M10.500 9l-3 3 3 3" />`,
  cut: svg`<circle cx="6.500" cy="17.500" r="2.500" /><circle cx="17.500" cy="17.500" r="2.500" /><path d="M8 15.500L16 4M16 15.500L8 4" />`,
  blend: svg`<circle cx="9" cy="12" r="5.500" /><circle cx="15" cy="12" r="5.500" />`,
  region: svg`<path d="M14.500 4.500l5 5L9 20H4v-5zM12 7l5 5" />`,
  retake: svg`<path d="M4 6.500v11M20 6.500v11M4 12h3M17 12h3M9 9h6v6H9z" />`,
  character: svg`<circle cx="12" cy="8.500" r="4" /><path d="M4.500 20c.8-4 3.800-6 7.500-6s6.700 2 7.500 6" />`,
  frame: svg`<rect x="3.500" y="5" width="17" height="14" rx="2" /><path d="M8 5v14M16 5v14" />`,
  code: svg`<path d="M8.500 8l-4 4 4 4M15.500 8l4 4-4 4" />`,
  copy: svg`<rect x="8.500" y="8.500" width="11" height="11" rx="2" /><path d="M5.500 15.500h-1v-11h11v1" />`,
  docs: svg`<path d="M8 8l-4 4 4 4M16 8l4 4-4 4M13.500 5.500l-3 13" />`,
};

export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${PATHS[name]}</svg>`;
