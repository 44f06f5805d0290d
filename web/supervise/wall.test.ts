import { expect, it } from "vitest";
import { START, reduce, screenOf } from "./wall";

const person = { id: "supervisor1", name: "Huda", roles: ["supervisor"] };

it("shows the wall to whoever is signed in, and nothing before that is known", () => {
  expect(screenOf(START)).toBe("loading");
  expect(screenOf(reduce(START, { type: "person", person: null }))).toBe("signin");
  expect(screenOf(reduce(START, { type: "person", person }))).toBe("wall");
});

it("forgets what it showed when the session ends", () => {
  const state = { version: 1, tickets: [], agents: [] };
  const shown = reduce(reduce(START, { type: "person", person }), { type: "state", state });
  expect(reduce(reduce(shown, { type: "filter", filter: "x" }), { type: "person", person: null })).toMatchObject({
    server: null,
    filter: "",
  });
});
