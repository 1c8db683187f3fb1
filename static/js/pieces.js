// A file that goes up in pieces: at once, and on by itself after a lost connection. What every form with files shares.
// An item is {file, name, size, offset} and gets an `id` once the server knows it.
(() => {
  "use strict";

  const PIECE = 512 * 1024, PAUSES = [1000, 2000, 4000, 8000], PATIENCE = 60000;

  // What this browser remembers of unfinished files, so that a page that is loaded again can go on with them.
  function store(mode, act) {
    return new Promise((done) => {
      const opening = indexedDB.open("uploads", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("files");
      opening.onerror = () => done(null);
      opening.onsuccess = () => {
        const change = opening.result.transaction("files", mode);
        const asked = act(change.objectStore("files"));
        change.oncomplete = () => done(asked.result ?? null);
        change.onabort = change.onerror = () => done(null);
      };
    }).catch(() => null);
  }

  window.Pieces = class {
    static remember(id, file) {
      return store("readwrite", (files) => files.put(file, id));
    }

    static remembered(id) {
      return store("readonly", (files) => files.get(id));
    }

    static forget(id) {
      return store("readwrite", (files) => files.delete(id));
    }

    static learn(item, said) {
      Object.assign(item, { id: said.id, offset: said.offset, shown: said.picture, note: said.note });
    }

    // `url` of the uploads, the form whose token is good, and whether somebody was signed in when it was drawn.
    constructor(url, form, signedIn) {
      Object.assign(this, { url, form, signedIn, wakers: new Set() });
      for (const what of ["online", "focus"]) window.addEventListener(what, () => this.wakers.forEach((wake) => wake()));
    }

    // Brings all of it up and says whether it is there: not when it was stopped. `hear` is told "going" before each piece,
    // numbers of bytes on their way, and what it waits for: "offline", "signedOut" or "failed".
    // Throws {refused: sentence} or {why: "gone" | "unreadable"}.
    async bring(item, hear) {
      for (let failures = 0; !item.gone; ) {
        try {
          hear("going");
          await this.step(item, hear);
          if (item.offset === item.size) {
            Pieces.forget(item.id);
            return true;
          }
          failures = 0;
        } catch (trouble) {
          if (item.gone) return false;
          if (!trouble.what) throw trouble;
          hear(trouble.what);
          await this.pause(failures++);
          item.unsure = true;
        }
      }
      return false;
    }

    async step(item, hear) {
      if (!item.id) {
        const begun = await this.ask("POST", this.url, { body: new URLSearchParams({ name: item.name, size: item.size, type: item.file.type }) });
        Pieces.learn(item, begun);
        Pieces.remember(item.id, item.file);
        hear("going");
      } else if (item.unsure) {
        const there = await this.ask("GET", `${this.url}?id=${item.id}`);
        if (!there.uploads.length) throw { why: "gone" };
        Pieces.learn(item, there.uploads[0]);
        item.unsure = false;
      } else if (item.offset < item.size) {
        // Read before it is sent: a file that was changed or taken away since is told apart from a broken line.
        const body = await item.file.slice(item.offset, item.offset + PIECE).arrayBuffer().catch(() => null);
        if (!body?.byteLength) throw { why: "unreadable" };
        Pieces.learn(item, await this.ask("POST", this.url + item.id, { body, item, hear }));
      }
    }

    stop(item) {
      if (!item) return;
      item.gone = true;
      item.request?.abort();
    }

    async remove(item) {
      this.stop(item);
      if (!item.id) return;
      Pieces.forget(item.id);
      await this.ask("DELETE", this.url + item.id).catch(() => null); // else it is swept away in a day
    }

    // What the server has of these, asked until it answers; `hear` is told what it waits for.
    async known(ids, hear) {
      const asked = ids.map((id) => `id=${id}`).join("&");
      for (let failures = 0; this.form.isConnected; ) {
        try {
          return (await this.ask("GET", `${this.url}?${asked}`)).uploads;
        } catch (trouble) {
          hear(trouble.what);
          await this.pause(failures++);
        }
      }
      return null;
    }

    pause(failures) {
      return new Promise((done) => {
        const wake = () => {
          clearTimeout(timer);
          this.wakers.delete(wake);
          done();
        };
        const timer = setTimeout(wake, PAUSES[Math.min(failures, PAUSES.length - 1)]);
        this.wakers.add(wake);
      });
    }

    token() {
      // As it is now, after signing in again in another tab too.
      const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
      return cookie ? cookie.slice(10) : this.form.elements.csrfmiddlewaretoken.value;
    }

    ask(method, url, { body = null, item = null, hear = null } = {}) {
      return new Promise((done, fail) => {
        const request = new XMLHttpRequest();
        request.open(method, url);
        request.timeout = PATIENCE;
        request.setRequestHeader("X-CSRFToken", this.token());
        request.setRequestHeader("X-Requested-With", "fetch");
        if (this.signedIn) request.setRequestHeader("Upload-Signed-In", "yes");
        if (item) {
          item.request = request;
          request.setRequestHeader("Content-Type", "application/octet-stream");
          request.setRequestHeader("Upload-Offset", item.offset);
          request.upload.addEventListener("progress", (event) => hear(event.loaded));
        }
        request.addEventListener("loadend", () => {
          const isJson = request.getResponseHeader("Content-Type")?.includes("json");
          const said = isJson ? JSON.parse(request.responseText) : {};
          const { status } = request;
          if (status === 204 || (status >= 200 && status < 300 && isJson)) done(said);
          else if (status === 409) done(said); // it begins elsewhere: the answer says where
          else if (status === 403) fail({ what: "signedOut" });
          else if (status === 404) fail({ why: "gone" });
          else if (status === 422 || status === 413) fail(said.detail ? { refused: said.detail } : { why: "failed" });
          else fail({ what: status ? "failed" : "offline" });
        });
        request.send(body);
      });
    }
  };
})();
