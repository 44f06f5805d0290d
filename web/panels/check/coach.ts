/** What to say and do about a device that is not there, for its cause and for this browser. */

import type { Cause, DeviceKind } from "../../call/devices";
import { t } from "../../call/words";

export interface Advice {
  text: string;
  steps: string[];
}

export function advice(kind: DeviceKind, cause: Cause, browser: string = navigator.userAgent): Advice {
  const camera = kind === "camera";
  switch (cause) {
    case "browser":
      return {
        text: camera ? t("This browser does not let us use your camera.") : t("This browser does not let us use your microphone."),
        steps: browserSteps(browser),
      };
    case "system":
      return {
        text: camera
          ? t("Your phone or computer does not let the browser use the camera.")
          : t("Your phone or computer does not let the browser use the microphone."),
        steps: [
          t("Open the settings of your phone or computer."),
          t("Open Privacy, then Camera and Microphone."),
          t("Allow your browser, then come back to this page."),
        ],
      };
    case "missing":
      return {
        text: camera ? t("We found no camera on this device.") : t("We found no microphone on this device."),
        steps: [t("If you have one, plug it in. We will notice by ourselves.")],
      };
    case "busy":
      return {
        text: camera ? t("Something else is using your camera, perhaps a phone call or another program.") : t("Something else is using your microphone, perhaps a phone call or another program."),
        steps: [t("Close it. We keep trying by ourselves.")],
      };
    case "insecure":
      return {
        text: t("This page was not opened over a secure connection, so it may not use camera or microphone."),
        steps: [t("Open the address that begins with https.")],
      };
  }
}

function browserSteps(browser: string): string[] {
  const again = t("Choose Allow for the camera and the microphone, then press Try again.");
  if (/iPhone|iPad/.test(browser)) {
    return [t("Press the button at the side of the address, then Website Settings."), again];
  }
  if (browser.includes("Firefox")) {
    return [t("Press the crossed-out camera or microphone beside the address."), again];
  }
  if (/Macintosh.*Safari/.test(browser) && !browser.includes("Chrome")) {
    return [t("Open the Safari menu, then Settings for This Website."), again];
  }
  return [t("Press the picture at the start of the address, at the top of the screen."), again];
}
