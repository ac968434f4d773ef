// Draws the timeline beside typed hours a moment after they change; the server draws it, as it does for readers.
function drawHours(part) {
  const picture = part.querySelector(".hours-picture");
  if (!picture) return;
  clearTimeout(picture.timer);
  picture.timer = setTimeout(async () => {
    const typed = [...part.querySelectorAll(".hours-range")].map((box) => [box.name.split("-").pop(), box.value.trim()]);
    try {
      const answer = await fetch(`${picture.dataset.hours}?${new URLSearchParams(typed)}`, { redirect: "error" });
      const text = await answer.text();
      if (!answer.ok) return;
      if (answer.headers.get("Content-Type").startsWith("text/html")) picture.innerHTML = text;
      else picture.textContent = text;
    } catch { /* it is drawn again when the form is saved */ }
  }, 300);
}
document.addEventListener("input", ({ target }) => { if (target.matches?.(".hours-range")) drawHours(target.closest("fieldset")); });
document.addEventListener("DOMContentLoaded", () => { // the server drew the saved hours, not those of a draft or of a form that came back
  if (!document.querySelector("[name=_of_draft], .errornote")) return;
  new Set([...document.querySelectorAll(".hours-range")].map((box) => box.closest("fieldset"))).forEach(drawHours);
});
