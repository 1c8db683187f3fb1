// What is written in the composer, for a reply and a note apart: kept on the server, and in this browser until it is there.
// Comes before composer.js.
window.composerKeeping = (composer) => {
  "use strict";

  const { form, words, text, show, notice, tell, untell, status } = composer;
  const body = form.elements.body;
  const PAUSE = 800;
  const drafts = JSON.parse(document.getElementById("composer-drafts").textContent);

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
  const empty = () => ({ body: "", html: "", revision: 0, files: [] });
  const draftOf = (what) => (drafts[what] ??= empty());
  const draft = () => draftOf(kind);

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
    const { revision } = draftOf(what);
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
    form.querySelector(".composer-other").textContent = newer?.body ?? "";
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
    composer.files.draw();
    status("");
  }

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
    composer.files.draw();
    tell("");
    status("");
    if (draft().unsaved) changed();
  }

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

  function begin() {
    if ((!untouched || (body.value && !drafts[kind])) && form.dataset.cameBack === undefined) changed();
    composer.files.draw();
    restore();
  }

  return { now: () => kind, draft, draftOf, headers, token, changed, save, settle, turn, leave, begin };
};
