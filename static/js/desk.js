// The workspace's own behaviour; every page works without it.
(() => {
  "use strict";

  const each = (selector, root = document) => root.querySelectorAll(selector);

  // Filters apply as soon as they are chosen.
  for (const form of each("[data-send-on-change]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }

  // Ticking rows of a list.
  const all = document.querySelector("[data-tick-all]");
  const boxes = [...each('input[name="chosen"]')];
  const counter = document.querySelector("[data-chosen-count]");
  function count() {
    const ticked = boxes.filter((box) => box.checked).length;
    if (counter) counter.textContent = ticked ? `${ticked} ${counter.dataset.words}` : "";
    document.getElementById("bulk")?.classList.toggle("has-chosen", ticked > 0);
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  }
  if (all && boxes.length) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      count();
    });
    for (const box of boxes) box.addEventListener("change", count);
    count();
  }

  // Forms of acts come into one dialog.
  const dialog = document.getElementById("act-dialog");
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "act-dialog-body" || dialog.open) return;
    for (const menu of each("details[data-menu][open]")) menu.open = false;
    dialog.showModal();
    begin(dialog);
  });

  // Where it goes on: at the first field that is to be corrected, else at the first of all.
  function begin(root) {
    const wrong = root.querySelector('[aria-invalid="true"], .field-wrong :is(input, select, textarea)');
    const first = wrong ?? root.querySelector("select, textarea, input:not([type=hidden])");
    // Of several answers the one that is chosen already: the arrows go on from there.
    const chosen = first?.type === "radio" && root.querySelector(`input[type=radio][name="${first.name}"]:checked`);
    (chosen || first)?.focus();
  }
  each("[data-begin]").forEach(begin);

  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close-dialog]");
    if (closer?.closest("dialog")) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
    const filler = event.target.closest("[data-fill]");
    if (filler) filler.form.elements[filler.dataset.fill].value = filler.dataset.value;
  });

  // What the customer will read follows the chosen tier, until somebody writes another sentence.
  document.addEventListener("change", (event) => {
    const chosen = event.target.closest?.("input[data-sentence]");
    if (!chosen) return;
    const field = chosen.form.elements.sentence;
    const usual = [...chosen.form.querySelectorAll("input[data-sentence]")].map((each) => each.dataset.sentence);
    if (usual.includes(field.value.trim())) field.value = chosen.dataset.sentence;
  });

  // Articles and ready texts are put where the cursor is: composer.js listens, whichever field is in use.
  document.addEventListener("click", (event) => {
    const inserter = event.target.closest("[data-insert]");
    if (!inserter) return;
    event.preventDefault();
    document.getElementById("composer")?.dispatchEvent(new CustomEvent("composer:insert", { detail: { text: inserter.dataset.insert, html: inserter.dataset.insertHtml } }));
  });

  // Who reads from the oldest on begins with the newest all the same, unless they come back, ask for a place, just turned the
  // conversation round, or have something above it to see to: a draft, or a reply that can still be undone.
  const newest = document.querySelector("[data-newest]");
  const isFresh = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (newest && isFresh && !location.search && !location.hash && !document.querySelector(".composer[data-used], .waiting")) {
    document.querySelector(newest.hash)?.scrollIntoView({ behavior: "instant" });
  }
})();
