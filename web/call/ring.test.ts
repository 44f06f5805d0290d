import { afterEach, describe, expect, it, vi } from "vitest";
import { Ring } from "./ring";

const tones = vi.fn();

class Context {
  state = "running";
  currentTime = 0;
  destination = {};
  resume(): Promise<void> {
    this.state = "running";
    return Promise.resolve();
  }
}

function browser(): Context {
  const context = new Context();
  const gain = { setValueAtTime: vi.fn(), linearRampToValueAtTime: vi.fn(), exponentialRampToValueAtTime: vi.fn() };
  vi.stubGlobal("AudioContext", function () { return context; });
  vi.stubGlobal("GainNode", function () { return { gain, connect: vi.fn() }; });
  vi.stubGlobal("OscillatorNode", function () { return { connect: () => ({ connect: vi.fn() }), start: tones, stop: vi.fn() }; });
  vi.stubGlobal("document", { title: "Wasl" });
  return context;
}

afterEach(() => {
  vi.unstubAllGlobals();
  tones.mockClear();
});

describe("the ring", () => {
  it.each(["running", "suspended", "interrupted"])("sounds in a context that is %s", async (state) => {
    const context = browser();
    const ring = new Ring();
    ring.unlock();
    context.state = state;
    ring.start("It is your turn");
    await vi.waitFor(() => { expect(tones).toHaveBeenCalled(); });
    ring.stop();
  });
});
