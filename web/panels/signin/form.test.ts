import { expect, it } from "vitest";
import { empty, reduceForm } from "./form";

it("is busy until the server answered, and drops the last problem when it is sent anew", () => {
  const problem = { field: null, message: "Wrong." };
  const refused = reduceForm(reduceForm(empty, { type: "sent" }), { type: "refused", problem });
  expect(refused).toMatchObject({ busy: false, problem });
  expect(reduceForm(refused, { type: "sent" })).toMatchObject({ busy: true, problem: null });
});

it("shows and hides the password, and tells of Caps Lock", () => {
  expect(reduceForm(empty, { type: "toggled" }).shown).toBe(true);
  expect(reduceForm(empty, { type: "caps", on: true }).capsLock).toBe(true);
});
