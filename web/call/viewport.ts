/** What a keyboard on the screen leaves of the page, where the browser does not shrink the page itself (iOS). */

export function followViewport(): void {
  const tell = (): void => {
    if (visualViewport && visualViewport.scale !== 1) return; // it is enlarged with two fingers: no keyboard
    document.documentElement.style.setProperty("--viewport", `${visualViewport?.height ?? innerHeight}px`);
  };
  visualViewport?.addEventListener("resize", tell);
  tell();
}
