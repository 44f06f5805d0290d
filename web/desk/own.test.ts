import { expect, it } from "vitest";
import { wanted } from "./own";

const both = { microphone: true, camera: true };
const none = { microphone: false, camera: false };

it("acquires when it rings, so that answering is fast, and releases after the call", () => {
  expect(wanted({ screen: "idle", modality: null }, false, false)).toEqual(none);
  expect(wanted({ screen: "offer", modality: "video" }, false, false)).toEqual(both);
  expect(wanted({ screen: "call", modality: "video" }, false, false)).toEqual(both);
  expect(wanted({ screen: "wrapup", modality: "video" }, false, false)).toEqual(none);
});

it("takes only what the visit is held in", () => {
  expect(wanted({ screen: "call", modality: "voice" }, false, false)).toEqual({ microphone: true, camera: false });
  expect(wanted({ screen: "call", modality: "text" }, false, false)).toEqual(none);
  expect(wanted({ screen: "call", modality: null }, false, false)).toEqual(none);
});

it("heeds the agent's own switch, and a self check", () => {
  expect(wanted({ screen: "call", modality: "video" }, false, true)).toEqual({ microphone: true, camera: false });
  expect(wanted({ screen: "idle", modality: null }, true, false)).toEqual(both);
});
