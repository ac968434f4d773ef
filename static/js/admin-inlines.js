// When markdownx starts, it requests a preview of each text, of which a stage's form has 17. So mark all texts, added rows
// included, as started, which it skips; unmark each once it is in view, and run markdownx again.
const waiting = new IntersectionObserver((entries) => {
  const seen = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
  if (!seen.length) return;
  for (const editor of seen) {
    waiting.unobserve(editor);
    editor.removeAttribute("data-markdownx-init");
  }
  const again = document.createElement("script");
  again.src = document.querySelector('script[src*="/markdownx/js/markdownx"]').src;
  document.body.append(again);
}, { rootMargin: "50%" });
function wait(part) {
  for (const editor of part.querySelectorAll(".markdownx-editor")) {
    editor.setAttribute("data-markdownx-init", "");
    waiting.observe(editor);
  }
}
document.addEventListener("DOMContentLoaded", () => wait(document), true); // before markdownx
document.addEventListener("formset:added", (event) => wait(event.target));

// Open the collapsed parts of a row with errors.
document.addEventListener("DOMContentLoaded", () => {
  for (const errors of document.querySelectorAll(".inline-related .errorlist")) {
    for (const part of errors.closest(".inline-related").querySelectorAll("details")) part.open = true;
  }
  // Screen readers announce an empty heading: the column of row names needs none.
  for (const empty of document.querySelectorAll("th.original")) empty.outerHTML = "<td></td>";
});

// Tab would indent in the Markdown editor, and people who use the keyboard alone could not leave the text.
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && event.target.matches(".markdownx-editor")) event.stopPropagation();
}, true);
