// The composer: keeps what is typed on the server (and in this browser until it is there), sends files at once, in pieces,
// and loads the editor when it is first used. Without this script the form works as a plain one. Comes after pieces.js.
(() => {
  "use strict";

  const form = document.getElementById("composer");
  if (!form) return;
  const body = form.elements.body;
  const html = form.elements.html;
  const find = (selector) => form.querySelector(selector);
  const words = find(".composer-words").dataset;
  const list = find(".composer-file-list");
  const PAUSE = 800;
  const drafts = JSON.parse(document.getElementById("composer-drafts").textContent);

  let editor = null;
  let loading = null;
  // Another choice than the page came with was made before this script was here; words that were typed since belong to it.
  const drawn = [...form.elements.kind].find((choice) => choice.defaultChecked)?.value;
  const untouched = body.value === body.defaultValue;
  let kind = (untouched && drawn) || form.elements.kind.value;
  let timer = 0;
  let changes = 0;
  let kept = 0;
  let saving = 0;
  let last = Promise.resolve();
  let other = null;
  let passing = false;
  const empty = () => ({ body: "", html: "", revision: 0, files: [] });
  const draft = () => (drafts[kind] ??= empty());

  // What is written, as the form and the server know it.
  const text = () => ({ body: body.value, html: html.value, reach: form.elements.reach.value });
  function show({ body: plain, html: formatted, reach }) {
    if (plain || formatted) form.dataset.used = "";
    body.value = plain;
    html.value = formatted;
    editor?.set(formatted, plain);
    // Who reads it is asked of a reply only, and only on an incident.
    if (kind === "reply" && reach && form.elements.reach.matches("select")) form.elements.reach.value = reach;
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

  // --- This browser's copy, until the server has it ---
  const local = (what = kind) => `${form.dataset.local}:${what}`;
  function remember(what = kind, written = text()) {
    try {
      localStorage.setItem(local(what), JSON.stringify({ ...written, revision: drafts[what]?.revision ?? 0 }));
    } catch {
      // A full or forbidden store: the server still gets it.
    }
  }
  function forget(name = local()) {
    try {
      localStorage.removeItem(name);
    } catch {
      // As above.
    }
  }
  function remembered() {
    try {
      return JSON.parse(localStorage.getItem(local()));
    } catch {
      return null;
    }
  }

  // --- The server's copy ---
  function token() {
    // As it is now, after signing in again in another tab too.
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    return cookie ? cookie.slice(10) : form.elements.csrfmiddlewaretoken.value;
  }
  const headers = () => ({ "X-CSRFToken": token(), "X-Requested-With": "fetch" });

  function changed() {
    changes += 1;
    delete form.dataset.cameBack;
    remember();
    if (notice.dataset.now === "conflict" || notice.dataset.now === "gone") return;
    status("");
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  // Resolves to whether the server has what is written.
  async function save({ leaving = false } = {}) {
    clearTimeout(timer);
    return leaving ? send({ leaving }) : afterOthers(() => kept === changes || send());
  }

  // One after the other: each carries the revision that the one before it was given.
  function afterOthers(job) {
    last = last.then(job).catch(() => false);
    return last;
  }

  async function send({ leaving = false, what = kind, written = text() } = {}) {
    const asked = changes;
    const { revision } = (drafts[what] ??= empty());
    const sent = new URLSearchParams({ ...written, kind: what, status: form.elements.status.value, seen: form.elements.seen.value, revision });
    for (const field of form.querySelectorAll('[name="macro"], [name="act"]:checked')) sent.append(field.name, field.value);
    if (!leaving && what === kind) status(words.saving);
    saving += 1;
    const answer = await fetch(form.dataset.save, { method: "POST", body: sent, headers: headers(), keepalive: leaving }).catch(() => null);
    saving -= 1;
    if (answer?.ok && !answer.redirected && answer.headers.get("Content-Type")?.includes("json")) {
      Object.assign(drafts[what], { revision: (await answer.json()).revision, unsaved: false });
      if (what !== kind) {
        forget(local(what));
        return true;
      }
      Object.assign(draft(), text());
      form.elements.revision.value = draft().revision;
      kept = asked;
      if (asked === changes) forget();
      untell("offline", "signed-out", "failed", "out-of-sight");
      status(words.saved);
      return true;
    }
    if (what !== kind) {
      // Told when the writer comes back to it; until then it is kept here.
      drafts[what].unsaved = true;
      remember(what, written);
      return false;
    }
    status(words.local);
    if (answer) return refused(answer);
    tell("offline");
    timer = setTimeout(save, 8000);
    return false;
  }

  async function refused(answer) {
    if (answer.status === 409) {
      const said = await answer.json();
      if (said.code !== "draft_changed") tell("said", said.detail);
      else conflict(said.draft);
    } else if (answer.status === 422) tell("said", (await answer.json()).detail);
    else if (answer.status === 404) tell("out-of-sight");
    else if (answer.status === 403 || answer.redirected) {
      tell("signed-out");
      timer = setTimeout(save, 8000);
    } else {
      tell("failed");
      timer = setTimeout(save, 8000);
    }
    return false;
  }

  function conflict(newer) {
    other = newer;
    find(".composer-other").textContent = newer?.body ?? "";
    tell(newer ? "conflict" : "gone");
  }

  function settle(choice) {
    tell("");
    const server = other ?? empty();
    other = null;
    if (choice === "keep-mine") {
      draft().revision = server.revision;
      changes += 1;
      save();
      return;
    }
    forget();
    drafts[kind] = { ...server };
    form.elements.revision.value = server.revision;
    kept = changes;
    show(server);
    files();
    status("");
  }

  // --- Files ---
  const sizes = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  function row(name, size) {
    const item = document.createElement("li");
    const label = document.createElement("span");
    label.className = "file-name";
    label.textContent = name;
    const weight = document.createElement("span");
    weight.className = "muted nowrap";
    weight.textContent = sizes.format(Math.max(1, size / 1024));
    item.append(label, weight);
    return item;
  }

  function files() {
    list.replaceChildren(...(draft().files ?? []).map((file) => {
      const item = row(file.name, file.size);
      if (file.inline) {
        const where = document.createElement("span");
        where.className = "muted";
        where.textContent = words.inText;
        item.append(where);
      }
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn btn-ghost btn-sm";
      remove.textContent = words.remove;
      remove.setAttribute("aria-label", `${words.remove}: ${file.name}`);
      remove.addEventListener("click", () => takeOff(file));
      item.append(remove);
      return item;
    }));
  }

  async function takeOff(file) {
    const answer = await fetch(`${form.dataset.upload}/${file.id}/remove`, { method: "POST", headers: headers() }).catch(() => null);
    if (!answer?.ok && answer?.status !== 404) return tell("offline");
    draft().files = (draft().files ?? []).filter((each) => each.id !== file.id);
    if (file.inline) editor?.removePicture(file.url);
    files();
  }

  // Each goes up in pieces, and on by itself after a lost connection; then the draft takes it over.
  const pieces = new Pieces(form.dataset.pieces, form, true);
  const percent = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent", maximumFractionDigits: 0 });
  const going = new Set();
  const goingKept = `${form.dataset.local}:files`;

  function upload(file, inline) {
    if (file.size > Number(form.dataset.limit)) return tell("too-large");
    return goOn({ file, name: file.name, size: file.size, offset: 0, what: kind, inline });
  }

  // What a page that is loaded again goes on with.
  function keepGoing() {
    const known = [...going].filter((item) => item.id).map(({ id, name, size, what, inline }) => ({ id, name, size, what, inline }));
    try {
      sessionStorage.setItem(goingKept, JSON.stringify(known));
    } catch {
      // A full or forbidden store: only a page that is loaded again does not know them.
    }
  }

  function goingRow(item) {
    item.row = row(item.name, item.size);
    item.bar = document.createElement("progress");
    Object.assign(item.bar, { max: 1, value: 0 });
    item.bar.setAttribute("aria-label", item.name);
    item.said = Object.assign(document.createElement("span"), { className: "muted" });
    const stop = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-ghost btn-sm", textContent: words.remove });
    stop.setAttribute("aria-label", `${words.remove}: ${item.name}`);
    stop.addEventListener("click", () => {
      over(item);
      pieces.remove(item);
    });
    item.row.append(item.bar, item.said, stop);
    list.append(item.row);
  }

  function over(item) {
    item.row.remove();
    going.delete(item);
    keepGoing();
    if (!going.size) untell("uploading");
  }

  async function goOn(item) {
    going.add(item);
    goingRow(item);
    try {
      if (!(await pieces.bring(item, (what) => hear(item, what)))) return;
      const kept = await handOver(item);
      over(item);
      // Taken off while the server took it over.
      if (kept && item.gone) takeOff(kept);
      else if (kept) arrived(kept, item.what);
    } catch (trouble) {
      over(item);
      if (trouble.refused) tell("said", trouble.refused);
      else tell(trouble.why === "failed" ? "failed" : "upload-broke");
    }
  }

  function hear(item, what) {
    if (what === "going") keepGoing();
    if (typeof what === "number" || what === "going") {
      item.bar.value = item.size ? Math.min(1, (item.offset + (Number(what) || 0)) / item.size) : 1;
      item.said.textContent = percent.format(item.bar.value);
    } else item.said.textContent = words[what] ?? words.offline;
  }

  // The draft of the reply or note takes over what is here; tried again until there is an answer.
  async function handOver(item) {
    const sent = new URLSearchParams({ kind: item.what, upload: item.id });
    if (item.inline) sent.append("inline", "on");
    for (let failures = 0; !item.gone; ) {
      const answer = await fetch(form.dataset.upload, { method: "POST", body: sent, headers: headers() }).catch(() => null);
      const said = answer?.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer?.status === 201) return said;
      // Its answer was lost, and the draft has it.
      if (said.code === "upload_gone" && failures) return location.reload();
      if (answer && said.detail) throw { refused: said.detail };
      if (answer?.status === 404) return tell("out-of-sight");
      hear(item, answer ? (answer.status === 403 || answer.redirected ? "signedOut" : "failed") : "offline");
      await pieces.pause(failures++);
    }
    return null;
  }

  async function restoreGoing() {
    let stored = [];
    try {
      stored = JSON.parse(sessionStorage.getItem(goingKept)) ?? [];
    } catch {
      // As above.
    }
    if (!stored.length) return;
    const there = await pieces.known(stored.map((item) => item.id), () => tell("offline"));
    for (const said of there ?? []) {
      const known = stored.find((item) => item.id === said.id);
      const file = said.offset === said.size ? { type: "" } : await Pieces.remembered(said.id);
      if (file) goOn({ ...known, file, offset: said.offset });
      else tell("upload-broke");
    }
  }

  function arrived(file, what) {
    const there = (drafts[what] ??= empty());
    there.files = [...(there.files ?? []), file];
    untell("uploading", "upload-broke", "too-large");
    if (what !== kind) return;
    files();
    if (file.inline) use().then((loaded) => loaded?.addPicture(file.url, file.name));
  }

  function take(given, inline) {
    for (const file of given) upload(file, inline && file.type.startsWith("image/"));
  }

  form.elements.files.addEventListener("change", (event) => {
    take(event.target.files, false);
    event.target.value = "";
  });
  form.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    take(event.clipboardData.files, true);
  }, true);
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("dragging");
  });
  form.addEventListener("dragleave", () => form.classList.remove("dragging"));
  form.addEventListener("drop", (event) => {
    form.classList.remove("dragging");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    take(event.dataTransfer.files, true);
  }, true);

  // --- The editor, when it is first needed; when it does not load, the plain field stays ---
  function use() {
    loading ??= import(form.dataset.editor)
      .then((module) => module.create({ form, body, html, library: form.dataset.library, changed }))
      .then((made) => (editor = made))
      .catch(() => null);
    return loading;
  }
  const focus = () => (editor ? editor.focus() : body.focus());
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
    if (choice) settle(choice.dataset.composer);
  });
  body.addEventListener("input", () => {
    html.value = "";
    changed();
  });

  // Articles, ready texts and the like: `new CustomEvent("composer:insert", {detail: {text, html}})`.
  form.addEventListener("composer:insert", ({ detail }) => {
    grow();
    if (editor) return editor.insert(detail);
    body.setRangeText(detail.text, body.selectionStart, body.selectionEnd, "end");
    html.value = "";
    changed();
    body.focus();
  });

  // --- Reply or note: each has its own text, so that no note becomes a reply by a slip ---
  // At once: what is typed while the server is still busy with the one belongs to the other.
  function turn() {
    const next = form.elements.kind.value;
    if (next === kind) return;
    clearTimeout(timer);
    const [what, written] = [kind, text()];
    Object.assign(draft(), written);
    if (kept !== changes) afterOthers(() => send({ what, written }));
    kind = next;
    kept = changes;
    form.elements.revision.value = draft().revision;
    show(draft());
    files();
    tell("");
    status("");
    if (draft().unsaved) changed();
  }
  form.addEventListener("change", (event) => event.target.name === "kind" && turn());
  form.elements.status.addEventListener("change", () => text().body && changed());
  form.elements.reach.addEventListener("change", () => {
    askWhoGetsIt();
    if (text().body) changed();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-write]") && !event.target.matches("input")) setTimeout(focus);
  });

  // --- Sending ---
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(find(".composer-send .btn-primary"));
    }
  }, true);
  form.addEventListener("submit", async (event) => {
    if (passing || event.submitter?.matches(".composer-discard")) return leave();
    event.preventDefault();
    event.stopPropagation();
    if (form.getAttribute("aria-busy")) return;
    if (going.size) return tell("uploading");
    if (notice.dataset.now === "conflict" || notice.dataset.now === "gone") return notice.scrollIntoView({ block: "nearest" });
    form.setAttribute("aria-busy", "true");
    const safe = form.dataset.cameBack !== undefined || (await save());
    form.removeAttribute("aria-busy");
    if (!safe) return;
    form.elements.rest.value = kind === "reply" && !event.submitter?.value ? form.dataset.rest : "";
    form.elements.csrfmiddlewaretoken.value = token();
    // A form is not submitted anew while this event is still being told to others.
    await new Promise((done) => setTimeout(done));
    passing = true;
    form.requestSubmit(event.submitter);
    passing = false;
  });
  function leave() {
    clearTimeout(timer);
    forget();
    kept = changes;
  }

  // --- Coming and going ---
  document.addEventListener("visibilitychange", () => document.hidden && kept !== changes && save());
  window.addEventListener("pagehide", () => kept !== changes && !saving && save({ leaving: true }));
  window.addEventListener("online", () => kept !== changes && save());
  window.addEventListener("focus", () => notice.dataset.now === "signed-out" && kept !== changes && save());
  // Back to a page that the browser kept: what stands in it may have been sent long ago.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  function restore() {
    const mine = remembered();
    if (!mine || form.dataset.cameBack !== undefined) return;
    const shown = text();
    if (mine.body === shown.body && mine.html === shown.html && (mine.reach ?? shown.reach) === shown.reach) return forget();
    const server = drafts[kind];
    if ((server?.revision ?? 0) === mine.revision) {
      show(mine);
      changes += 1;
      save();
      return;
    }
    const now = server ? { ...server } : null;
    show(mine);
    changes += 1;
    conflict(now);
  }
  if ((!untouched || (body.value && !drafts[kind])) && form.dataset.cameBack === undefined) changed();
  files();
  restore();
  restoreGoing();
  turn();
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
