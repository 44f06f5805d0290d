import type { TemplateResult } from "lit-html";
import type { GovernmentBody, Service } from "../../citizen/catalogue";
import { services } from "./view";

const on = { query: (): void => undefined, choose: (): void => undefined, again: (): void => undefined };

export const SERVICE: Service = {
  id: "housing-rent-allowance",
  name: "بدل الإيجار",
  icon: "hand-coins",
  search: ["rent", "إيجار"],
  prepare: ["البطاقة المدنية", "عقد الإيجار"],
  minutes: 12,
  opening: { open: true, until: null, opens_at: null, reason: null },
};
const NOW = new Date(2026, 10, 28, 21, 30).getTime();
const CLOSED = { open: false, until: null, opens_at: new Date(2026, 10, 29, 8).getTime(), reason: "العيد الوطني" };

const BODIES: GovernmentBody[] = [
  {
    id: "pahw",
    name: "المؤسسة العامة للرعاية السكنية",
    icon: "house",
    services: [SERVICE, { ...SERVICE, id: "housing-title-deed", name: "وثيقة التملك", icon: "scroll-text" }],
  },
  { id: "paci", name: "الهيئة العامة للمعلومات المدنية", icon: "id-card", services: [{ ...SERVICE, id: "civil-id", name: "تجديد البطاقة المدنية", icon: "id-card", opening: CLOSED }] },
];

const DATA = { bodies: null, failed: false, query: "", now: NOW };

export const examples: Record<string, () => TemplateResult> = {
  all: () => services({ ...DATA, bodies: BODIES }, on),
  found: () => services({ ...DATA, bodies: BODIES, query: "إيجار" }, on),
  "nothing-found": () => services({ ...DATA, bodies: BODIES, query: "xyz" }, on),
  loading: () => services({ ...DATA }, on),
  failed: () => services({ ...DATA, failed: true }, on),
};
