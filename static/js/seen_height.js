// Where an on-screen keyboard lies over the page instead of making it smaller (Safari), the shell is given the height that
// can still be seen, so that the field one writes in stays above the keyboard.

const LEAST_PX = 80;

export function follow() {
  const seen = window.visualViewport;
  const write = () => {
    const covered = innerHeight - seen.height;
    const root = document.documentElement;
    // Zoomed in, the reader decides what is seen.
    if (covered < LEAST_PX || seen.scale > 1.01) {
      root.style.removeProperty("--seen-height");
      return;
    }
    root.style.setProperty("--seen-height", `${Math.round(seen.height)}px`);
    scrollTo(0, 0);
  };
  seen.addEventListener("resize", write);
}
