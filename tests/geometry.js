// Faults of the page as it is laid out: [kind, what, …] each; kinds are sideways, clipped, overlap.
// Evaluated by tests/geometry.py.
() => {
  const faults = [];
  const viewport = document.documentElement.clientWidth;
  const name = (element) => {
    const words = element.innerText || element.getAttribute('aria-label') || '';
    const text = words.trim().replace(/\s+/g, ' ').slice(0, 50);
    const id = element.id ? '#' + element.id : '';
    return `${element.tagName.toLowerCase()}${id}.${[...element.classList].join('.')} "${text}"`;
  };
  if (document.documentElement.scrollWidth > viewport) {
    const wide = [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > viewport + 1 && !scrolls(element.parentElement));
    faults.push(['sideways', `${document.documentElement.scrollWidth} px`, ...wide.slice(0, 3).map(name)]);
  }
  function scrolls(element) {
    for (; element && element !== document.body; element = element.parentElement)
      if (/auto|scroll/.test(getComputedStyle(element).overflowX)) return true;
    return false;
  }
  const unseen = '.visually-hidden, [aria-hidden=true], dialog:not([open]), [popover]:not(:popover-open), svg, ' +
    '.skip-link:not(:focus)';
  const noText = /^(SCRIPT|STYLE|TEMPLATE|OPTION|NOSCRIPT|TEXTAREA)$/;
  const hidden = (element) => noText.test(element.tagName) || element.closest(unseen) ||
    !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || hidden(element)) continue;
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      if (rect.width < 2 || rect.height < 2) continue;
      let shown = { left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom, height: rect.height };
      for (let box = element; box && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        if (!/hidden|clip|auto|scroll/.test(style.overflowX + style.overflowY)) continue;
        const edge = box.getBoundingClientRect();
        if (edge.width <= 2 || edge.height <= 2) { shown = null; break; }  // visually hidden
        // Cut off by what it lies in, without a sign (an ellipsis) that there is more.
        const isShortened = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
        const isCutAside = shown.right > edge.right + 1.5 || shown.left < edge.left - 1.5;
        const isCutBelow = shown.bottom > edge.bottom + 3 && shown.top < edge.bottom;
        const isCut = /hidden|clip/.test(style.overflowX) && isCutAside ||
          /hidden|clip/.test(style.overflowY) && isCutBelow;
        if (isCut && !isShortened) faults.push(['clipped', name(element), `by ${name(box).slice(0, 60)}`]);
        shown.left = Math.max(shown.left, edge.left);
        shown.right = Math.min(shown.right, edge.right);
        shown.top = Math.max(shown.top, edge.top);
        shown.bottom = Math.min(shown.bottom, edge.bottom);
        if (isCut) break;
      }
      if (shown && shown.right - shown.left > 2 && shown.bottom - shown.top > 2) texts.push({ element, rect: shown });
    }
  }
  // Texts that lie on each other: compared within strips, as there are thousands.
  const strips = new Map();
  for (const text of texts)
    for (let strip = Math.floor(text.rect.top / 40); strip <= Math.floor(text.rect.bottom / 40); strip++)
      strips.set(strip, [...(strips.get(strip) ?? []), text]);
  const seen = new Set();
  // What stays in its place while the page scrolls lies above it.
  const layer = (element) => {
    for (; element && element !== document.body; element = element.parentElement)
      if (element.matches('dialog, [popover]') || /fixed|sticky/.test(getComputedStyle(element).position))
        return element;
    return document.body;
  };
  for (const strip of strips.values())
    for (let i = 0; i < strip.length; i++)
      for (let j = i + 1; j < strip.length; j++) {
        const one = strip[i], other = strip[j];
        if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
        const across = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
        const down = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
        if (across < 4 || down < Math.min(one.rect.height, other.rect.height) * 0.4) continue;
        if (layer(one.element) !== layer(other.element) || scrolls(one.element) || scrolls(other.element)) continue;
        const key = `${name(one.element)} and ${name(other.element)}`;
        if (!seen.has(key)) faults.push(['overlap', key]);
        seen.add(key);
      }
  return faults.slice(0, 12);
}
