"""How much of a picture is in sight: by a grid of points over the picture as it is painted."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Page

GRID = 20
MEASURE = """([selector, grid]) => {
  const film = document.querySelector(selector);
  if (!film) throw new Error(`nothing is ${selector}`);
  const box = painted(film);
  const within = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  const clipped = (from, size, all) => Math.max(0, Math.min(from + size, all) - Math.max(from, 0));
  const touchable = new CSSStyleSheet();
  touchable.replaceSync("* { pointer-events: auto !important; }");  // or elementsFromPoint would not know of them
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, touchable];
  let free = 0;
  for (let row = 0; row < grid; row += 1) {
    for (let column = 0; column < grid; column += 1) {
      const x = box.x + (box.width * (column + 0.5)) / grid;
      const y = box.y + (box.height * (row + 0.5)) / grid;
      if (within(x, y) && isFree(x, y)) free += 1;
    }
  }
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== touchable);
  const seen = clipped(box.x, box.width, innerWidth) * clipped(box.y, box.height, innerHeight);
  return { free: free / grid ** 2, of_viewport: seen / (innerWidth * innerHeight) };

  function isFree(x, y) {
    const stack = document.elementsFromPoint(x, y);
    const depth = stack.findIndex((one) => film.contains(one));
    // Whatever an ancestor scrolls away or cuts off is not hit at all.
    return depth >= 0 && !stack.slice(0, depth).some((over) => paints(over, x, y));
  }

  function painted(film) {
    const outer = film.getBoundingClientRect();
    const width = film.videoWidth || film.naturalWidth || outer.width;
    const height = film.videoHeight || film.naturalHeight || outer.height;
    const { objectFit, objectPosition } = getComputedStyle(film);
    const fitting = { contain: Math.min, cover: Math.max }[objectFit];
    if (!fitting) return { x: outer.x, y: outer.y, width: outer.width, height: outer.height };
    const scale = fitting(outer.width / width, outer.height / height);
    const inner = { width: width * scale, height: height * scale };
    const [left, top] = objectPosition.split(" ").map((part) => parseFloat(part) / 100);
    const x = outer.x + (outer.width - inner.width) * left;
    const y = outer.y + (outer.height - inner.height) * top;
    // What `cover` lets stand over the edges of the element is not painted.
    const shown = (from, size, low, all) => [Math.max(from, low), Math.min(from + size, low + all)];
    const [x0, x1] = shown(x, inner.width, outer.x, outer.width);
    const [y0, y1] = shown(y, inner.height, outer.y, outer.height);
    return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
  }

  function paints(element, x, y) {
    const style = getComputedStyle(element);
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    if (element.matches("img, svg, svg *, video, canvas, input, textarea, select")) return true;
    const clear = (colour) => /^rgba\\(.*, 0\\)$|\\/ 0\\)$/.test(colour);
    if (!clear(style.backgroundColor) || style.backgroundImage !== "none") return true;
    return onBorder(element, style, x, y) || writes(element, x, y);
  }

  function onBorder(element, style, x, y) {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const near = (at, edge, width) => Math.abs(at - edge) < parseFloat(width);
    return near(x, left, style.borderLeftWidth) || near(x, right, style.borderRightWidth)
      || near(y, top, style.borderTopWidth) || near(y, bottom, style.borderBottomWidth);
  }

  function writes(element, x, y) {
    return [...element.childNodes].some((node) => {
      if (node.nodeType !== Node.TEXT_NODE) return false;
      const range = document.createRange();
      range.selectNodeContents(node);
      const at = ({ left, right, top, bottom }) => x >= left && x < right && y >= top && y < bottom;
      return [...range.getClientRects()].some(at);
    });
  }
}"""


@dataclass(frozen=True)
class Sight:
    """What is seen of a picture."""

    free: float
    """The share of the picture, as it is painted, that is in the viewport with nothing over it: 0 to 1."""
    of_viewport: float
    """The share of the viewport that the picture takes, whatever lies over it: 0 to 1."""


async def sight(page: Page, selector: str) -> Sight:
    """Looks at the first element that the CSS selector finds: a video, an image, or a box that stands for one.

    `object-fit` counts: the empty bands of `contain` are not the picture, and what `cover` cuts off is not painted.
    """
    return Sight(**await page.evaluate(MEASURE, [selector, GRID]))
