// The composer: keeps what is typed (composer-keeping.js), sends files at once (composer-files.js), and loads the editor when
// it is first used. Without this script the form works as a plain one. Comes after those two.
(() => {
  "use strict";

  const form = document.getElementById("composer");
  if (!form) return;
  const body = form.elements.body;
  const html = form.elements.html;
  const find = (selector) => form.querySelector(selector);
  const words = find(".composer-words").dataset;

  let loading = null;
  let passing = false;

  // What is written, as the form and the server know it.
  const text = () => ({ body: body.value, html: html.value, reach: form.elements.reach.value });
  function show({ body: plain, html: formatted, reach }) {
    if (plain || formatted) form.dataset.used = "";
    body.value = plain;
    html.value = formatted;
    composer.editor?.set(formatted, plain);
    // Who reads it is asked of a reply only, and only on an incident.
    if (keeping.now() === "reply" && reach && form.elements.reach.matches("select")) form.elements.reach.value = reach;
    askWhoGetsIt();
  }

  // Who gets it may have changed: it reaches further, or somebody was put in copy meanwhile, which the page then tells.
  function askWhoGetsIt() {
    if (form.dataset.used !== undefined) find(".composer-to").dispatchEvent(new CustomEvent("recipients:changed"));
  }
  const conversation = document.getElementById("conversation");
  if (conversation) new MutationObserver(askWhoGetsIt).observe(conversation, { childList: true });

  // --- Words to the writer ---
  const notice = find(".composer-notice");
  function tell(about, said = "") {
    for (const part of notice.querySelectorAll("[data-about]")) part.hidden = part.dataset.about !== about;
    if (about === "said") notice.querySelector('[data-about="said"]').textContent = said;
    notice.hidden = !about;
    notice.dataset.now = about || "";
  }
  const untell = (...abouts) => abouts.includes(notice.dataset.now) && tell("");
  const status = (said) => (find(".composer-saved").textContent = said);

  const composer = { form, words, text, show, notice, tell, untell, status, use, editor: null };
  const keeping = (composer.keeping = window.composerKeeping(composer));
  const files = (composer.files = window.composerFiles(composer));
  const { changed } = keeping;

  // --- The editor, when it is first needed; when it does not load, the plain field stays ---
  function use() {
    loading ??= import(form.dataset.editor)
      .then((module) => module.create({ form, body, html, library: form.dataset.library, changed }))
      .then((made) => (composer.editor = made))
      .catch(() => null);
    return loading;
  }
  const focus = () => (composer.editor ? composer.editor.focus() : body.focus());
  body.addEventListener("focus", use, { once: true });
  // Small until somebody writes, so that what the customer wrote stands on the first screen.
  const grow = () => (form.dataset.used = "");
  body.addEventListener("focus", grow);
  body.addEventListener("compositionstart", () => (form.dataset.composing = "yes"));
  body.addEventListener("compositionend", () => delete form.dataset.composing);
  form.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-format]");
    if (tool) use().then((loaded) => loaded?.format(tool.dataset.format));
    const choice = event.target.closest("[data-composer]");
    if (choice) keeping.settle(choice.dataset.composer);
  });
  body.addEventListener("input", () => {
    html.value = "";
    changed();
  });

  // Articles, ready texts and the like: `new CustomEvent("composer:insert", {detail: {text, html}})`.
  form.addEventListener("composer:insert", ({ detail }) => {
    grow();
    if (composer.editor) return composer.editor.insert(detail);
    body.setRangeText(detail.text, body.selectionStart, body.selectionEnd, "end");
    html.value = "";
    changed();
    body.focus();
  });

  form.addEventListener("change", (event) => event.target.name === "kind" && keeping.turn());
  form.elements.status.addEventListener("change", () => text().body && changed());
  form.elements.reach.addEventListener("change", () => {
    askWhoGetsIt();
    if (text().body) changed();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-write]") && !event.target.matches("input")) setTimeout(focus);
  });

  // --- The way back to it, from further down the page ---
  const dock = document.querySelector(".composer-dock");
  if (dock) {
    const away = (entries) => dock.toggleAttribute("data-away", !entries.at(-1).isIntersecting);
    new IntersectionObserver(away, { rootMargin: "-120px 0px -60px" }).observe(form);
    dock.addEventListener("click", (event) => {
      const way = event.target.closest("[data-turn]");
      if (!way) return;
      event.preventDefault();
      const choice = [...form.elements.kind].find((each) => each.value === way.dataset.turn);
      if (!choice.checked) choice.click();
      form.scrollIntoView({ block: "start" });
      focus();
    });
  }

  // --- Sending ---
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(find(".composer-send .btn-primary"));
    }
  }, true);
  form.addEventListener("submit", async (event) => {
    if (passing || event.submitter?.matches(".composer-discard")) return keeping.leave();
    event.preventDefault();
    event.stopPropagation();
    if (form.getAttribute("aria-busy")) return;
    if (files.areGoing()) return tell("uploading");
    if (notice.dataset.now === "conflict" || notice.dataset.now === "gone") return notice.scrollIntoView({ block: "nearest" });
    form.setAttribute("aria-busy", "true");
    const safe = form.dataset.cameBack !== undefined || (await keeping.save());
    form.removeAttribute("aria-busy");
    if (!safe) return;
    form.elements.rest.value = keeping.now() === "reply" && !event.submitter?.value ? form.dataset.rest : "";
    form.elements.csrfmiddlewaretoken.value = keeping.token();
    // A form is not submitted anew while this event is still being told to others.
    await new Promise((done) => setTimeout(done));
    passing = true;
    form.requestSubmit(event.submitter);
    passing = false;
  });

  // Back to a page that the browser kept: what stands in it may have been sent long ago.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  keeping.begin();
  files.restoreGoing();
  keeping.turn();
  // Who was quicker than this script is in the field already.
  if (document.activeElement === body) {
    grow();
    use();
  }

  // --- The seconds of an undo ---
  for (const counter of document.querySelectorAll("[data-countdown]")) {
    const end = Date.now() + Number(counter.dataset.countdown) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      counter.textContent = left;
      if (left && counter.isConnected) setTimeout(tick, 250);
    };
    tick();
  }
})();
