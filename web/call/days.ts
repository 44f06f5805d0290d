/** Days to come in words: "tomorrow, Sunday, at 8:00". Days are those of the desk. */

import { formatted, t, timeOfDay } from "./words";

/** "Sunday 29 November". */
export function dayAndDate(at: number): string {
  return formatted(at, { weekday: "long", day: "numeric", month: "long" });
}

export function weekday(at: number): string {
  return formatted(at, { weekday: "long" });
}

/** How many midnights lie between two moments in milliseconds since the epoch. */
export function daysBetween(now: number, at: number): number {
  return Math.round((dayOf(at) - dayOf(now)) / 86_400_000);
}

/** The day of a moment, as the midnight with which that date begins in UTC. */
export function dayOf(at: number): number {
  return Date.parse(formatted(at, { year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA"));
}

/** A day as a choice: "Today", "Tomorrow, Sunday", "Monday 30 November". */
export function dayName(at: number, now: number): string {
  switch (daysBetween(now, at)) {
    case 0:
      return t("Today");
    case 1:
      return t("Tomorrow, %(day)s", { day: weekday(at) });
    default:
      return dayAndDate(at);
  }
}

/** A moment to come: "today at 8:00". Both in milliseconds since the epoch. */
export function moment(at: number, now: number): string {
  const time = timeOfDay(at);
  switch (daysBetween(now, at)) {
    case 0:
      return t("Today at %(time)s", { time });
    case 1:
      return t("Tomorrow, %(day)s, at %(time)s", { day: weekday(at), time });
    default:
      return t("%(day)s, at %(time)s", { day: dayAndDate(at), time });
  }
}

export function opensSentence(at: number, now: number): string {
  const time = timeOfDay(at);
  switch (daysBetween(now, at)) {
    case 0:
      return t("It opens today at %(time)s.", { time });
    case 1:
      return t("It opens tomorrow, %(day)s, at %(time)s.", { day: weekday(at), time });
    default:
      return t("It opens on %(day)s, at %(time)s.", { day: dayAndDate(at), time });
  }
}
