// The workspace's own behaviour; every page works without it.
(() => {
  "use strict";

  const each = (selector, root = document) => root.querySelectorAll(selector);

  // Filters apply as soon as they are chosen.
  for (const form of each("[data-send-on-change]")) {
    form.addEventListener("change", () => form.requestSubmit());
    for (const button of each("[data-needless]", form)) button.hidden = true;
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
    dialog.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  });

  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close-dialog]");
    if (closer?.closest("dialog")) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
    const filler = event.target.closest("[data-fill]");
    if (filler) filler.form.elements[filler.dataset.fill].value = filler.dataset.value;
  });

  // The composer: r and n choose what is written, Ctrl+Enter sends, articles are put in where the cursor is.
  const composer = document.getElementById("composer");
  const body = composer?.elements.body;
  document.addEventListener("click", (event) => {
    if (body && event.target.closest("[data-write]") && !event.target.matches("input")) setTimeout(() => body.focus());
    const inserter = body && event.target.closest("[data-insert]");
    if (inserter) {
      event.preventDefault();
      body.setRangeText(inserter.dataset.insert, body.selectionStart, body.selectionEnd, "end");
      body.focus();
    }
  });
  composer?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
  });
})();
