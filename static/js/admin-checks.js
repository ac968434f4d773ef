// Shows findings while typing, and words, minutes and grade under each text; a click leads to a finding's place.
document.addEventListener("DOMContentLoaded", () => {
  const panel = document.getElementById("checks");
  if (!panel) return;
  const form = panel.closest("form"), letThrough = document.getElementById("let-through");
  let timer = 0, asking = null;

  // Places are counted in code points; JavaScript counts UTF-16 units.
  const place = (text, count) => [...text].slice(0, count).join("").length;

  function sizes() {
    for (const row of panel.querySelectorAll(".sizes [data-for]")) {
      const box = document.getElementById(row.dataset.for)?.closest(".markdownx");
      if (!box) continue;
      let line = box.querySelector(".size");
      if (!line) {
        line = document.createElement("p");
        line.className = "size";
        box.append(line);
      }
      line.replaceChildren(...row.querySelector("span").cloneNode(true).childNodes);
    }
  }
  async function check() {
    timer = 0;
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(panel.dataset.address, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual", signal: asking.signal });
      if (!answer.ok) return;
      panel.innerHTML = await answer.text();
      sizes();
      if (letThrough) letThrough.hidden = !panel.querySelector("[data-dose]");
    } catch { /* the next word asks again */ }
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(check, 800);
  }
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  document.addEventListener("formset:added", later);
  document.addEventListener("formset:removed", later);
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".checks a[href^='#'], .errors-named a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const { from, to } = link.dataset;
    field.focus();
    if (to > 0 && field.setSelectionRange) {
      const text = field.value, start = place(text, Number(from));
      field.setSelectionRange(start, place(text, Number(to)));
      field.scrollTop = Math.max(0, (text.slice(0, start).split("\n").length - 4) * parseFloat(getComputedStyle(field).lineHeight || 20));
    }
    field.scrollIntoView({ block: "center" });
  });
  sizes();
  if (form.querySelector("[data-unsaved]")) later();
});
