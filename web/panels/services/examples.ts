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
};

const BODIES: GovernmentBody[] = [
  {
    id: "pahw",
    name: "المؤسسة العامة للرعاية السكنية",
    icon: "house",
    services: [SERVICE, { ...SERVICE, id: "housing-title-deed", name: "وثيقة التملك", icon: "scroll-text" }],
  },
  { id: "paci", name: "الهيئة العامة للمعلومات المدنية", icon: "id-card", services: [{ ...SERVICE, id: "civil-id", name: "تجديد البطاقة المدنية", icon: "id-card" }] },
];

export const examples: Record<string, () => TemplateResult> = {
  all: () => services({ bodies: BODIES, failed: false, query: "" }, on),
  found: () => services({ bodies: BODIES, failed: false, query: "إيجار" }, on),
  "nothing-found": () => services({ bodies: BODIES, failed: false, query: "xyz" }, on),
  loading: () => services({ bodies: null, failed: false, query: "" }, on),
  failed: () => services({ bodies: null, failed: true, query: "" }, on),
};
