// Draws the timeline beside typed hours a moment after they change; the server draws it, as it does for readers.
document.addEventListener("input", ({ target }) => {
  const part = target.matches?.(".hours-range") ? target.closest("fieldset") : null;
  const picture = part?.querySelector(".hours-picture");
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
});
