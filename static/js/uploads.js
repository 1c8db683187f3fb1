// <file-uploads> around a file input of a customer's form: each file goes up at once, in pieces, and goes on by itself after a
// lost connection, also after the page was loaded again. The form then only names them. Without this the form sends the files.
// Comes after pieces.js.
(() => {
  "use strict";

  const { remember, remembered } = Pieces;
  const lang = document.documentElement.lang || "en";
  const kilobytes = new Intl.NumberFormat(lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 0 });

  class FileUploads extends HTMLElement {
    connectedCallback() {
      this.input = this.querySelector('input[type="file"]');
      this.form = this.closest("form");
      if (!this.input || !this.form || this.items) return;
      this.items = [];
      this.running = null;
      this.words = this.dataset;
      this.pieces = new Pieces(this.words.url, this.form, Boolean(this.words.signedIn));
      this.kept = `uploads:${this.words.url}:${location.pathname}${location.search}#${this.input.id}`;
      this.list = this.querySelector(".file-list") ?? document.createElement("ul");
      this.list.className = "file-list upload-list";
      const named = [...this.list.querySelectorAll('[name="uploads"]')];
      const hint = Object.assign(document.createElement("span"), { className: "file-hint", textContent: this.words.empty });
      this.notice = Object.assign(document.createElement("p"), { className: "upload-notice" });
      this.notice.setAttribute("role", "status");
      this.prepend(hint);
      this.append(this.list, this.notice);
      this.listen();
      this.restore(named);
    }

    disconnectedCallback() {
      this.over = true;
      this.pieces?.stop(this.running);
    }

    listen() {
      this.input.addEventListener("change", () => {
        this.take(this.input.files);
        this.input.value = "";
      });
      const form = this.form;
      form.addEventListener("dragover", (event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        this.classList.add("dragging");
      });
      form.addEventListener("dragleave", () => this.classList.remove("dragging"));
      form.addEventListener("drop", (event) => {
        this.classList.remove("dragging");
        if (!event.dataTransfer.files.length) return;
        event.preventDefault();
        this.take(event.dataTransfer.files);
      });
      form.addEventListener("paste", (event) => {
        // Office programs put a picture of the words beside the words: then the words are meant.
        if (!event.clipboardData?.files.length || event.clipboardData.types.includes("text/plain")) return;
        event.preventDefault();
        this.take(event.clipboardData.files);
      });
      // Before all others: nothing is sent while files are on their way.
      form.addEventListener("submit", (event) => this.hold(event), true);
    }

    // --- Sending the form ---
    hold(event) {
      const open = this.items.filter((item) => item.state !== "done");
      if (!open.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const stuck = open.some((item) => item.state === "lost" || item.state === "refused");
      this.submitter = stuck ? null : event.submitter ?? this.form.querySelector('[type="submit"]');
      this.tell(stuck ? this.words.incomplete : this.words.sending);
      if (stuck) this.scrollIntoView({ block: "center" });
    }

    settle() {
      if (!this.submitter || this.items.some((item) => item.state !== "done")) return;
      const submitter = this.submitter;
      this.submitter = null;
      this.tell("");
      this.form.requestSubmit(submitter);
    }

    tell(said) {
      this.notice.textContent = said;
    }

    // --- Files ---
    take(files) {
      this.tell("");
      for (const file of files) {
        const lost = this.items.find((item) => item.state === "lost" && item.name === file.name && item.size === file.size);
        if (lost) this.goOn(lost, file);
        else if (file.size > Number(this.words.largest)) this.tell(`${file.name} ${this.words.tooLarge}`);
        else if (this.items.length >= Number(this.words.most)) this.tell(this.words.tooMany);
        else this.goOn(this.add({ name: file.name, size: file.size, offset: 0 }), file);
      }
    }

    goOn(item, file) {
      item.file = file;
      this.show(item, "waiting");
      if (item.id) remember(item.id, file);
      this.run();
    }

    add(item) {
      const row = document.createElement("li");
      const part = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
      item.row = row;
      item.input = Object.assign(document.createElement("input"), { type: "hidden", name: "uploads", value: item.id ?? "new" });
      item.picture = Object.assign(document.createElement("img"), { alt: "", hidden: true });
      item.bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
      item.bar.setAttribute("aria-label", item.name);
      item.said = part("span", "muted upload-said");
      const remove = part("button", "btn btn-ghost btn-sm", this.words.remove);
      remove.type = "button";
      remove.setAttribute("aria-label", `${this.words.remove}: ${item.name}`);
      remove.addEventListener("click", () => this.remove(item));
      const weight = part("span", "muted nowrap", kilobytes.format(Math.max(1, item.size / 1024)));
      row.append(item.input, item.picture, part("span", "file-name", item.name), weight, item.bar, item.said, remove);
      this.list.append(row);
      this.items.push(item);
      return item;
    }

    show(item, state, said = "") {
      item.state = state;
      item.row.dataset.state = state;
      item.input.value = item.id ?? "new";
      item.input.disabled = state !== "done";
      item.bar.hidden = state === "done" || state === "refused";
      this.progress(item, 0);
      item.said.textContent = said || (state === "waiting" ? this.words.waits : item.note ?? "");
      if (item.shown && !item.picture.src) Object.assign(item.picture, { src: this.words.url + item.id, hidden: false });
      this.keep();
    }

    progress(item, more) {
      item.bar.value = item.size ? Math.min(1, (item.offset + more) / item.size) : 1;
      if (item.state === "going") item.said.textContent = percent.format(item.bar.value);
    }

    keep() {
      const known = this.items.filter((item) => item.id).map(({ id, name, size }) => ({ id, name, size }));
      try {
        sessionStorage.setItem(this.kept, JSON.stringify(known));
      } catch {
        // A full or forbidden store: the files are still on their way, only a page that is loaded again does not know them.
      }
    }

    async remove(item) {
      this.items = this.items.filter((each) => each !== item);
      item.row.remove();
      this.keep();
      this.tell(`${item.name}: ${this.words.removed}`);
      this.input.focus();
      await this.pieces.remove(item);
      this.settle();
    }

    // --- One after the other, until all are there ---
    async run() {
      if (this.running) return;
      for (let item; !this.over && (item = this.items.find((each) => each.state === "waiting")); ) {
        this.running = item;
        await this.bring(item);
        this.running = null;
      }
      this.settle();
    }

    async bring(item) {
      try {
        if (await this.pieces.bring(item, (what) => this.hear(item, what))) this.arrived(item);
      } catch (trouble) {
        this.show(item, "refused", this.words[trouble.why] ?? trouble.refused ?? this.words.failed);
      }
    }

    // What comes of an item while it is brought up: the next piece, some bytes of it, or a pause.
    hear(item, what) {
      if (what === "going") this.show(item, "going");
      else if (typeof what === "number") this.progress(item, what);
      else {
        item.state = "paused";
        this.progress(item, 0);
        item.said.textContent = this.words[what] ?? this.words.offline;
      }
    }

    arrived(item) {
      this.show(item, "done");
      item.file = null;
      this.tell(`${item.name}: ${this.words.arrived}`);
    }

    // --- A page that came back, or was loaded again ---
    async restore(named) {
      let stored = [];
      try {
        stored = JSON.parse(sessionStorage.getItem(this.kept)) ?? [];
      } catch {
        // As above.
      }
      const wanted = new Map(stored.map((item) => [item.id, item]));
      for (const input of named) wanted.set(input.value, { id: input.value, name: input.dataset.name, size: Number(input.dataset.size) });
      if (!wanted.size) return;
      const there = await this.pieces.known([...wanted.keys()], (what) => this.tell(this.words[what] ?? this.words.offline));
      if (!there) return;
      this.tell("");
      for (const input of named) input.closest("li").remove();
      for (const said of there) {
        const item = this.add({ id: said.id, name: said.name, size: said.size, offset: 0 });
        Pieces.learn(item, said);
        if (said.offset === said.size) this.show(item, "done");
        else {
          const file = await remembered(said.id);
          if (file?.size === said.size) this.goOn(item, file);
          else this.show(item, "lost", this.words.again);
        }
      }
      this.keep();
    }
  }
  customElements.define("file-uploads", FileUploads);
})();
