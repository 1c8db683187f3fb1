// Suggests people while their names are typed, one after another with commas; without it, addresses are typed whole.
(() => {
  "use strict";

  let waiting;

  // The part after the last comma or line is what is being typed.
  const typed = (field) => /[^,;\n]*$/.exec(field.value)[0];

  function place(field) {
    let place = field.parentElement.querySelector("[data-people-found]");
    if (!place) {
      place = document.createElement("div");
      place.dataset.peopleFound = "";
      place.setAttribute("aria-live", "polite");
      field.after(place);
    }
    return place;
  }

  document.addEventListener("input", (event) => {
    const field = event.target.closest?.("textarea[data-people]");
    if (!field) return;
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const words = typed(field).trim();
      if (words.length < 2) {
        place(field).replaceChildren();
        return;
      }
      try {
        const answer = await fetch(`${field.dataset.people}?q=${encodeURIComponent(words)}`);
        const html = answer.ok && !answer.redirected ? await answer.text() : "";
        const found = new DOMParser().parseFromString(html, "text/html").body.children;
        if (typed(field).trim() === words) place(field).replaceChildren(...found);
      } catch {
        // No connection: addresses can still be typed.
      }
    }, 200);
  });

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest?.("[data-person]");
    if (!chosen) return;
    const found = chosen.closest("[data-people-found]");
    const field = found.parentElement.querySelector("textarea[data-people]");
    const rest = typed(field);
    const before = field.value.slice(0, field.value.length - rest.length);
    field.value = `${before}${/[,;]$/.test(before) ? " " : ""}${chosen.dataset.person}, `;
    found.replaceChildren();
    field.focus();
  });
})();
