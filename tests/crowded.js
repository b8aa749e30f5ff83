// What people cannot read or hit: texts that are cut off or spill over, fields that are too narrow for
// what they show, controls that lie on each other, and whatever is beside the window. Texts that end
// in an ellipsis and boxes that scroll are meant to.
() => {
  const found = [];
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !e.closest(".hidden, .skip, [aria-hidden=true], .nav-foot span:not(.glyph)");
  const name = (e) => `${e.tagName.toLowerCase()}.${e.className} ${(e.innerText || e.ariaLabel || "").slice(0, 40)}`;
  const own = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const canvas = document.createElement("canvas").getContext("2d");
  const lengthOf = (text, style) => {
    canvas.font = style.font;
    return canvas.measureText(text).width + parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  };
  const all = [...document.querySelectorAll("#app *")].filter(shown);
  for (const e of all) {
    const [box, style] = [e.getBoundingClientRect(), getComputedStyle(e)];
    if (!box.width || !box.height) continue;
    const scrolls = e.closest(".timeline, .pick, pre");
    if (!scrolls && (box.right > innerWidth + 1 || box.left < -1)) found.push(`outside: ${name(e)}`);
    if (e.matches("select, input:not([type])")) {
      const text = e.matches("select") ? e.selectedOptions[0]?.text ?? "" : e.value ? "" : e.placeholder;
      if (lengthOf(text, style) > e.clientWidth + 1) found.push(`too narrow: ${name(e)} ${text}`);
    } else if (own(e) && e.clientWidth && !e.matches("textarea, video, option, pre")) {
      const isMeant = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
      if (!isMeant && e.scrollWidth > e.clientWidth + 1) found.push(`wider than its box: ${name(e)}`);
      if (!isMeant && e.scrollHeight > e.clientHeight + 3) found.push(`higher than its box: ${name(e)}`);
    }
  }
  const layer = (e) => e.closest(".nav-items, .toasts, .selection-bar");
  const controls = all.filter((e) => e.matches("a[href], button, input, select, textarea, summary") &&
    !e.closest(".cell-check, .timeline, .pick"));
  controls.forEach((one, at) => {
    const a = one.getBoundingClientRect();
    for (const other of controls.slice(at + 1)) {
      if (one.contains(other) || layer(one) !== layer(other)) continue;
      const b = other.getBoundingClientRect();
      const [x, y] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
      if (x > 2 && y > 2) found.push(`on each other: ${name(one)} | ${name(other)}`);
    }
  });
  return found;
}
