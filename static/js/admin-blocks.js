// A row of buttons above each text, one for each entry of "How to write" that can be inserted.
document.addEventListener("DOMContentLoaded", () => {
  const entries = [...document.querySelectorAll(".how-to-write [data-before]")];
  if (!entries.length) return;

  function put(editor, { before, words, after, inline }) {
    const { selectionStart: start, selectionEnd: end, value } = editor, chosen = value.slice(start, end) || words;
    const above = inline !== undefined || !start ? "" : "\n".repeat(Math.max(0, 2 - /\n*$/.exec(value.slice(0, start))[0].length));
    const below = inline !== undefined ? "" : "\n".repeat(Math.max(0, 2 - /^\n*/.exec(value.slice(end))[0].length));
    const from = start + above.length + before.length;
    editor.focus();
    // As if typed, so that Undo takes it back; not every browser can.
    const text = above + before + chosen + after + below;
    if (!document.execCommand("insertText", false, text)) editor.setRangeText(text, start, end, "end");
    editor.setSelectionRange(from, from + chosen.length);
    editor.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function addTo(editor) {
    if (editor.id.includes("__prefix__")) return;
    const box = editor.closest(".markdownx");
    box.querySelector(".put-in")?.remove(); // of the row that a new one is a copy of: its buttons do nothing
    const bar = document.createElement("div");
    bar.className = "put-in";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Insert");
    for (const entry of entries) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "text-tool";
      button.textContent = entry.dataset.label;
      button.addEventListener("click", () => put(editor, entry.dataset));
      bar.append(button);
    }
    box.querySelector(".text-tools").prepend(bar);
  }
  for (const editor of document.querySelectorAll(".markdownx textarea")) addTo(editor);
  document.addEventListener("formset:added", (event) => {
    for (const editor of event.target.querySelectorAll(".markdownx textarea")) addTo(editor);
  });
});
