// The rich editor of the composer: TipTap as django-prose-editor bundles it, with our own buttons. A module that
// composer.js imports when somebody begins to write. Its style sheet is ours: the page's policy allows no injected one.

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const paragraphs = (text) => text.split(/\n\s*\n/).filter(Boolean).map((part) => `<p>${escaped(part).replace(/\n/g, "<br>")}</p>`).join("");
// A new paragraph that was begun and has no word yet.
const begun = (text) => (/\n\s*\n$/.test(text) ? "<p></p>" : "");

// Plain words keep the space that they end with: the next word is being typed.
const asTyped = (formatted) => (formatted ? {} : { preserveWhitespace: "full" });

// Where in the document the cursor of the plain field stood. Blocks are apart by an empty line there, as write() has it.
// Always within words: beside a picture that is a block of its own no text can be selected.
function position(doc, text, caret) {
  const before = text.slice(0, caret).replace(/\n\s*\n/g, "\n\n").length;
  const places = [];
  let end = null;
  doc.descendants((node, at) => {
    if (node.isTextblock) {
      if (end !== null) places.push(end, end);
      end = at + 1 + node.content.size;
    } else if (node.isText) for (let index = 0; index < node.text.length; index += 1) places.push(at + index);
    else if (node.isInline) places.push(at);
  });
  return places[before] ?? end;
}

export async function create({ form, body, html, library, changed, label = "composer_body_label", autolink = true }) {
  const kit = await import(library);
  const place = form.querySelector(".composer-editor");
  const tools = form.querySelector(".composer-tools");
  const linkBox = tools.querySelector(".composer-link");
  const address = linkBox.querySelector("[data-link-address]");
  // A letter that is being composed (an accent, say) is finished first.
  if (form.dataset.composing) await new Promise((done) => body.addEventListener("compositionend", () => setTimeout(done), { once: true }));
  const hadFocus = document.activeElement === body;
  const caret = body.selectionStart;
  let quiet = true;

  // Pictures are our own attachments; one that was pasted from elsewhere would tell that host who reads.
  const Picture = kit.Image.extend({ parseHTML: () => [{ tag: 'img[src^="/files/"]' }] });
  const Address = kit.Link.configure({ openOnClick: false, autolink, linkOnPaste: true, defaultProtocol: "https", HTMLAttributes: { target: null, rel: null } });

  // Somebody of the desk, by id: the server draws the name.
  const Mention = kit.Node.create({
    name: "mention",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({
      value: { default: null, parseHTML: (element) => element.getAttribute("value"), renderHTML: ({ value }) => ({ value }) },
      words: { default: "", parseHTML: (element) => element.textContent, renderHTML: () => ({}) },
    }),
    parseHTML: () => [{ tag: "data[value]" }],
    renderHTML: ({ node, HTMLAttributes }) => ["data", HTMLAttributes, node.attrs.words],
    renderText: ({ node }) => node.attrs.words,
  });

  // As in every other field: out of it, so that the keys of the page are heard.
  function leave(view, event) {
    if (event.key === "Escape") view.dom.blur();
    return event.key === "Escape";
  }

  let editor = null;
  editor = new kit.Editor({
    element: place,
    injectCSS: false,
    extensions: [kit.Document, kit.Paragraph, kit.Text, kit.HardBreak, kit.Bold, kit.Italic, kit.Strike, kit.Code, kit.CodeBlock, kit.Blockquote, kit.BulletList, kit.OrderedList, kit.ListItem, kit.UndoRedo, kit.Dropcursor.configure({ color: "currentColor" }), kit.Gapcursor, Address, Picture, Mention],
    content: html.value || paragraphs(body.value) + begun(body.value),
    parseOptions: asTyped(html.value),
    editorProps: { attributes: { role: "textbox", "aria-multiline": "true", "aria-labelledby": label, class: "composer-text" }, handleKeyDown: leave },
    onUpdate: () => {
      if (quiet) return;
      write();
      changed();
    },
    onTransaction: () => mark(),
  });

  // At once: TipTap's own focus waits for a frame, and a key pressed meanwhile is lost.
  const focus = () => editor.view.focus();
  const changing = () => {
    focus();
    return editor.chain();
  };

  function write() {
    const isEmpty = editor.isEmpty;
    html.value = isEmpty ? "" : editor.getHTML();
    body.value = isEmpty ? "" : editor.getText({ blockSeparator: "\n\n" });
  }

  function mark() {
    if (!editor) return;
    for (const tool of tools.querySelectorAll("[data-format]")) tool.setAttribute("aria-pressed", String(editor.isActive(tool.dataset.format)));
  }

  const steps = {
    bold: (chain) => chain.toggleBold(),
    italic: (chain) => chain.toggleItalic(),
    bulletList: (chain) => chain.toggleBulletList(),
    orderedList: (chain) => chain.toggleOrderedList(),
    code: (chain) => chain.toggleCode(),
    codeBlock: (chain) => chain.toggleCodeBlock(),
    blockquote: (chain) => chain.toggleBlockquote(),
  };

  function askForLink() {
    linkBox.hidden = !linkBox.hidden;
    if (linkBox.hidden) return focus();
    address.value = editor.getAttributes("link").href ?? "";
    address.focus();
  }

  function setLink(href) {
    linkBox.hidden = true;
    const chain = changing().extendMarkRange("link");
    if (!href) return chain.unsetLink().run();
    const whole = /^[a-z][a-z0-9+.-]*:/i.test(href) ? href : `https://${href}`;
    if (editor.state.selection.empty && !editor.isActive("link")) return chain.insertContent([{ type: "text", text: href, marks: [{ type: "link", attrs: { href: whole } }] }]).run();
    return chain.setLink({ href: whole }).run();
  }

  linkBox.addEventListener("click", (event) => {
    if (event.target.closest("[data-link-set]")) setLink(address.value.trim());
    if (event.target.closest("[data-link-remove]")) setLink("");
  });
  address.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      setLink(address.value.trim());
    } else if (event.key === "Escape") {
      linkBox.hidden = true;
      focus();
    }
  });
  place.addEventListener("keydown", (event) => {
    const isK = event.key.toLowerCase() === "k" || (event.code === "KeyK" && event.key.charCodeAt(0) > 127);
    if (isK && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      askForLink();
    }
  });

  place.hidden = false;
  if (hadFocus) {
    const start = position(editor.state.doc, body.value, caret);
    if (start !== null) editor.commands.setTextSelection(start);
    focus();
  }
  body.hidden = true;
  quiet = false;
  mark();

  return {
    focus,
    format: (name) => (name === "link" ? askForLink() : steps[name](changing()).run()),
    // `back`: so many characters before the cursor give way to it.
    insert({ text, html: given, content, back = 0 }) {
      const { from, to } = editor.state.selection;
      const chain = back ? changing().deleteRange({ from: from - back, to }) : changing();
      return chain.insertContent(content || given || paragraphs(text)).run();
    },
    addPicture: (url, name) => changing().setImage({ src: url, alt: name }).run(),
    removePicture(url) {
      editor.state.doc.descendants((node, at) => {
        if (node.type.name === "image" && node.attrs.src === url) editor.commands.deleteRange({ from: at, to: at + node.nodeSize });
      });
    },
    set(formatted, plain) {
      quiet = true;
      editor.commands.setContent(formatted || paragraphs(plain), { parseOptions: asTyped(formatted) });
      quiet = false;
    },
  };
}
