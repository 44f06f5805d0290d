import type { TemplateResult } from "lit-html";
import type { WallAgent, WallState, WallTicket } from "../../call/messages";
import { wallView } from "./view";

const NOW = Date.UTC(2026, 10, 23, 7, 30);
const events = { filter: (): void => undefined };

const TICKET: WallTicket = {
  id: 7,
  state: "waiting",
  service_name: "سند الملكية",
  language: "ar",
  sign_language: "sgn-KW",
  modality: "video",
  hearing: false,
  joined_at: NOW - 900_000,
  since: NOW - 900_000,
  position: 1,
  present: true,
  agent: null,
  callback_at: null,
  rung_at: null,
  seats: [],
  held_since: null,
};

const AGENT: WallAgent = {
  id: "agent1",
  name: "نورة العنزي",
  presence: { state: "busy", reason: null, since: NOW - 60_000, until: null },
  interpreter: false,
  ticket: 9,
};

const STATE: WallState = {
  version: 1,
  tickets: [
    TICKET,
    { ...TICKET, id: 8, joined_at: NOW - 700_000, position: 2, present: false, sign_language: null, modality: "text" },
    { ...TICKET, id: 10, position: 3, present: false, callback_at: NOW - 600_000 },
    { ...TICKET, id: 11, position: 4, present: false, callback_at: NOW - 600_000, rung_at: NOW - 30_000 },
    {
      ...TICKET,
      id: 12,
      state: "offered",
      position: 5,
      agent: AGENT.name,
      seats: [
        { seat: "agent", agent: AGENT.name, accepted: true },
        { seat: "interpreter", agent: "Sara", accepted: false },
      ],
    },
    { ...TICKET, id: 9, state: "serving", position: null, agent: AGENT.name, language: "en", service_name: "Rent allowance" },
    { ...TICKET, id: 6, state: "serving", position: null, agent: AGENT.name, held_since: NOW - 192_000 },
  ],
  agents: [
    AGENT,
    { ...AGENT, id: "interpreter1", name: "Sara", interpreter: true, ticket: null },
    { ...AGENT, id: "agent2", name: "Ali", presence: { state: "break", reason: "prayer", since: NOW, until: null }, ticket: null },
  ],
};

function shown(server: WallState, filter: string): () => TemplateResult {
  return () => wallView({ server, filter, now: NOW }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  busy: shown(STATE, ""),
  filtered: shown(STATE, "rent"),
  "no-match": shown(STATE, "xyz"),
  empty: shown({ version: 1, tickets: [], agents: [] }, ""),
};
