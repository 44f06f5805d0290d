/** Days to come in words: "tomorrow, Sunday, at 8:00". Days are those of the device. */

import { locale, t, timeOfDay } from "./words";

/** "Sunday 29 November". */
export function dayAndDate(at: number): string {
  return new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long" }).format(at);
}

export function weekday(at: number): string {
  return new Intl.DateTimeFormat(locale(), { weekday: "long" }).format(at);
}

/** How many midnights lie between two moments in milliseconds since the epoch. */
export function daysBetween(now: number, at: number): number {
  return Math.round((dayOf(at) - dayOf(now)) / 86_400_000);
}

/** The midnight with which the day of a moment began. */
export function dayOf(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
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
