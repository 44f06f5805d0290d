/** Everything the citizen can do on her page. */

import type { BookedActions, BookingActions } from "../panels/booking/view";
import type { CheckActions } from "../panels/check/view";
import type { ClosedActions } from "../panels/closed/view";
import type { AheadActions } from "../panels/hours/view";
import type { MeetingActions } from "../panels/meeting/view";
import type { MessageActions } from "../panels/message/view";
import type { PreferencesChange } from "../panels/preferences/view";
import type { ServicesActions } from "../panels/services/view";
import type { SummaryActions } from "../panels/summary/view";
import type { WaitingActions } from "../panels/waiting/view";
import type { WaysActions } from "../panels/ways/view";
import type { WelcomeActions } from "../panels/welcome/view";

export interface CitizenActions {
  welcome: WelcomeActions;
  ways: WaysActions;
  services: ServicesActions;
  check: CheckActions;
  waiting: WaitingActions;
  meeting: MeetingActions;
  summary: SummaryActions;
  closed: ClosedActions;
  ahead: AheadActions;
  message: MessageActions & { again: () => void };
  booking: BookingActions;
  booked: BookedActions;
  preferences: PreferencesChange;
  back: () => void;
}
