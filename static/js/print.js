// Opens the browser's print dialog; without a script the button stays hidden and people use their browser's menu.
(() => {
  "use strict";

  class PrintButton extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  }
  customElements.define("print-button", PrintButton);
})();
