// Plain fields that keep a formatted text beside them: `data-formatted` names the hidden one. The composer's editor takes
// a field's place when somebody begins to write in it; without this script the plain one is all there is.
(() => {
  "use strict";

  const pattern = document.getElementById("formatted-tools");
  if (!pattern) return;

  for (const body of document.querySelectorAll("textarea[data-formatted]")) {
    const html = document.getElementById(body.dataset.formatted);
    const tools = pattern.content.firstElementChild.cloneNode(true);
    const place = document.createElement("div");
    const label = body.labels[0];
    label.id ||= `${body.id}_label`;
    place.className = "composer-editor prose";
    place.hidden = true;
    place.lang = body.lang;
    tools.setAttribute("aria-controls", body.id);
    tools.setAttribute("aria-label", `${tools.getAttribute("aria-label")}: ${label.textContent.trim()}`);
    for (const [attribute, selector] of [["id", "[id]"], ["for", "[for]"]]) {
      for (const part of tools.querySelectorAll(selector)) part.setAttribute(attribute, `${part.getAttribute(attribute)}_${body.id}`);
    }
    body.before(tools);
    body.after(place);

    let loading = null;
    // No links by themselves: the name of a placeholder looks like the address of a site.
    const use = () =>
      (loading ??= import(pattern.dataset.editor)
        .then((module) => module.create({ form: body.parentElement, body, html, library: pattern.dataset.library, changed: () => {}, label: label.id, autolink: false }))
        .catch(() => null));
    body.addEventListener("focus", use, { once: true });
    body.addEventListener("input", () => (html.value = ""));
    label.addEventListener("click", () => use().then((editor) => editor?.focus()));
    tools.addEventListener("click", (event) => {
      const tool = event.target.closest("[data-format]");
      if (tool) use().then((editor) => editor?.format(tool.dataset.format));
    });
    if (html.value) use();
  }
})();
