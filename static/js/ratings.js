// One click in a mail is enough: the form with the chosen score sends itself, once somebody looks at the page.
// Programs that open a mail's links to look for viruses, and pages that a browser prepares in advance, send nothing.
(() => {
  "use strict";

  class SendOnce extends HTMLElement {
    connectedCallback() {
      if (!("now" in this.dataset) || navigator.webdriver) return;
      const send = () => {
        if (document.prerendering || document.visibilityState !== "visible") return;
        document.removeEventListener("visibilitychange", send);
        document.removeEventListener("prerenderingchange", send);
        delete this.dataset.now;
        this.querySelector("form").requestSubmit();
      };
      document.addEventListener("visibilitychange", send);
      document.addEventListener("prerenderingchange", send);
      send();
    }
  }

  customElements.define("send-once", SendOnce);
})();
