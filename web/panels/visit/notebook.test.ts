import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { VisitView } from "../../call/messages";
import { Notebook } from "./notebook";

const service = { id: "deed", name: "Title deed", body_name: "Housing", prepare: [] };
const visit = (ticket: number, notes = ""): VisitView => ({
  ticket,
  service,
  language: "ar",
  sign_language: null,
  reference: "1",
  outcome: null,
  notes,
  message: null,
});

const send = vi.fn<(ticket: number, notes: string) => Promise<void>>();
let notebook: Notebook;

beforeEach(() => {
  vi.useFakeTimers();
  send.mockReset().mockResolvedValue();
  notebook = new Notebook(send, () => undefined, 800, 3_000);
  notebook.follow(visit(4, "before"));
});

afterEach(() => {
  vi.useRealTimers();
});

describe("notes", () => {
  it("are sent once the agent pauses, not at each letter", async () => {
    for (const text of ["a", "ab", "abc"]) notebook.write(text);
    expect(notebook.state).toBe("unsaved");
    await vi.advanceTimersByTimeAsync(800);
    expect(send.mock.calls).toEqual([[4, "abc"]]);
    expect(notebook.state).toBe("saved");
  });

  it("are tried again until they arrive", async () => {
    send.mockRejectedValueOnce(new Error("away"));
    notebook.write("abc");
    await vi.advanceTimersByTimeAsync(800);
    expect(notebook.state).toBe("late");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(notebook.state).toBe("saved");
  });

  it("written while others are under way are sent after them", async () => {
    send.mockImplementationOnce(() => new Promise((resolve) => setTimeout(resolve, 100)));
    notebook.write("abc");
    void notebook.flush();
    notebook.write("abcd");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(send.mock.calls.at(-1)).toEqual([4, "abcd"]);
    expect(notebook.state).toBe("saved");
  });

  it("are not overwritten by what the server told before", () => {
    notebook.write("newer");
    notebook.follow(visit(4, "older"));
    expect(notebook.text).toBe("newer");
  });

  it("of one visit are sent before the next one opens", () => {
    notebook.write("of four");
    notebook.follow(visit(5, "of five"));
    expect(send.mock.calls).toEqual([[4, "of four"]]);
    expect(notebook).toMatchObject({ text: "of five", state: "saved" });
  });
});
