/** A film of the desk, as it comes from the relay: in line on request, on hold by itself. */

import { type TemplateResult, html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { Slot } from "../../call/media";
import { t } from "../../call/words";
import "./film.css";

/** Without `picture` it is only heard. */
export function film(signed: boolean, slot: Slot | null, picture = true): TemplateResult {
  return html`${picture
      ? html`<video
          class="film"
          data-leg="clip"
          playsinline
          .muted=${true}
          .srcObject=${live(slot?.video ?? null)}
          aria-label=${signed ? t("Film in sign language") : t("Film with sound")}
        ></video>`
      : nothing}
    <audio data-leg="clip" .srcObject=${live(slot?.audio ?? null)}></audio>`;
}
