/** Everything the citizen can do on her page. */

import type { CheckActions } from "../panels/check/view";
import type { ClosedActions } from "../panels/closed/view";
import type { MeetingActions } from "../panels/meeting/view";
import type { PreferencesChange } from "../panels/preferences/view";
import type { ServicesActions } from "../panels/services/view";
import type { SummaryActions } from "../panels/summary/view";
import type { WaysActions } from "../panels/ways/view";
import type { WelcomeActions } from "../panels/welcome/view";

export interface CitizenActions {
  welcome: WelcomeActions;
  ways: WaysActions;
  services: ServicesActions;
  check: CheckActions;
  meeting: MeetingActions;
  summary: SummaryActions;
  closed: ClosedActions;
  preferences: PreferencesChange;
  back: () => void;
}
