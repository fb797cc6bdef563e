// Elements, made without markup: every text goes through textContent, so nothing in a package can become part of the page.

/** A new element; `attributes` by name, `children` elements or text. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined) continue;
    element.append(child instanceof Node ? child : visible(String(child)));
  }
  return element;
}

/** Text whose control and direction-changing characters are shown as what they are. */
export function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, (sign) =>
    sign === "\n" ? " " : `⟨U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

export const byId = (id) => document.getElementById(id);

export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null));
}

/** A list of terms and what they are; rows without a value are left out. */
export function facts(...rows) {
  const list = make("dl", { class: "facts" });
  for (const [term, value] of rows) {
    if (value === null || value === undefined || value === "") continue;
    list.append(make("div", {}, make("dt", {}, term), make("dd", {}, value)));
  }
  return list;
}

/** A digest in groups of four, which the eye and the voice can follow; it copies as one word. */
export function digest(hex, size = "") {
  const groups = hex.match(/.{1,4}/g) ?? [];
  return make(
    "span",
    { class: `digest ${size}`.trim() },
    groups.map((group) => make("span", {}, group)),
  );
}

/** Text whose digests are in groups. */
export function prose(text) {
  return text.split(/(\b[0-9a-f]{64,128})/).map((part, index) => (index % 2 ? digest(part) : part));
}

/** A table with a caption; `head` are texts, `rows` arrays of cells, the first of which is the row's header. */
export function table(caption, head, rows) {
  const labels = head.map((text) => (text instanceof Node ? text.textContent : text));
  const cells = ([first, ...rest]) => [
    make("th", { scope: "row" }, first),
    ...rest.map((cell, index) => make("td", { "data-label": labels[index + 1] }, cell)),
  ];
  return make(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make(
      "table",
      {},
      make("caption", {}, caption),
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          head.map((text) => (text instanceof Node ? text : make("th", { scope: "col" }, text))),
        ),
      ),
      make(
        "tbody",
        {},
        rows.map((row) => make("tr", {}, cells(row))),
      ),
    ),
  );
}
