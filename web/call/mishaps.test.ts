import { describe, expect, it } from "vitest";
import { placeIn } from "./mishaps";

describe("placeIn", () => {
  it.each([
    ["TypeError: x\n    at a (https://desk/static/assets/citizen-Bx_1.js:1:3042)\n    at b (https://desk/static/assets/view.js:2:1)", "assets/citizen-Bx_1.js:1:3042"],
    ["a@https://desk/static/assets/desk-Q.js:7:12\n", "assets/desk-Q.js:7:12"],
    ["https://desk/static/notices.js:1:5", "notices.js:1:5"],
    ["at chrome-extension://abc/content.js:1:5", null],
    [undefined, null],
  ])("finds the place of %j", (stack, place) => {
    expect(placeIn(stack)).toBe(place);
  });
});
