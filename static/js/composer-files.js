// The composer's files: sent at once, in pieces, and taken over by the draft of the reply or note. Comes after pieces.js and
// before composer.js.
window.composerFiles = (composer) => {
  "use strict";

  const { form, words, keeping, tell, untell } = composer;
  const list = form.querySelector(".composer-file-list");
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

  function draw() {
    list.replaceChildren(...(keeping.draft().files ?? []).map((file) => {
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
    const answer = await fetch(`${form.dataset.upload}/${file.id}/remove`, { method: "POST", headers: keeping.headers() }).catch(() => null);
    if (!answer?.ok && answer?.status !== 404) return tell("offline");
    keeping.draft().files = (keeping.draft().files ?? []).filter((each) => each.id !== file.id);
    if (file.inline) composer.editor?.removePicture(file.url);
    draw();
  }

  // Each goes up in pieces, and on by itself after a lost connection; then the draft takes it over.
  const pieces = new Pieces(form.dataset.pieces, form, true);
  const percent = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent", maximumFractionDigits: 0 });
  const going = new Set();
  const goingKept = `${form.dataset.local}:files`;

  function upload(file, inline) {
    if (file.size > Number(form.dataset.limit)) return tell("too-large");
    return goOn({ file, name: file.name, size: file.size, offset: 0, what: keeping.now(), inline });
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
      const answer = await fetch(form.dataset.upload, { method: "POST", body: sent, headers: keeping.headers() }).catch(() => null);
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
    const there = keeping.draftOf(what);
    there.files = [...(there.files ?? []), file];
    untell("uploading", "upload-broke", "too-large");
    if (what !== keeping.now()) return;
    draw();
    if (file.inline) composer.use().then((loaded) => loaded?.addPicture(file.url, file.name));
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

  return { draw, restoreGoing, areGoing: () => going.size > 0 };
};
