// On the page that says "we will be right back": load it again as soon as the service answers.
(() => {
  "use strict";

  async function look() {
    try {
      const answer = await fetch("/readyz", { cache: "no-store" });
      if (answer.ok) return location.reload();
    } catch {
      // Still away: the next look will tell.
    }
    setTimeout(look, 4000);
  }
  setTimeout(look, 4000);
})();
