// A row added with "Add another" is a copy of a template in which markdownx has already marked its editor as running.
// Take the mark off and run markdownx again, so that the new row has a live preview too.
document.addEventListener("formset:added", (event) => {
  const editors = event.target.querySelectorAll("[data-markdownx-init]");
  if (!editors.length) return;
  editors.forEach((editor) => editor.removeAttribute("data-markdownx-init"));
  const running = document.querySelector('script[src*="/markdownx/js/markdownx"]');
  const again = document.createElement("script");
  again.src = running.src;
  document.body.append(again);
});

// What is wrong in a closed part of a row must be seen: open it.
document.addEventListener("DOMContentLoaded", () => {
  for (const errors of document.querySelectorAll(".inline-related .errorlist")) {
    for (const part of errors.closest(".inline-related").querySelectorAll("details")) part.open = true;
  }
  // A heading without words is read out as one: the column of row names needs none.
  for (const empty of document.querySelectorAll("th.original")) empty.outerHTML = "<td></td>";
});

// Tab would indent in the Markdown editor, and people who use the keyboard alone could not leave the text.
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && event.target.matches(".markdownx-editor")) event.stopPropagation();
}, true);
