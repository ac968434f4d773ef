// Orders rows by dragging and by buttons, by filling in their position fields, which work without this script too.
document.addEventListener("DOMContentLoaded", () => {
  for (const group of document.querySelectorAll("[data-ordered]")) {
    const rows = () => [...group.querySelectorAll(".inline-related:not(.empty-form)")];
    const place = (row) => row.querySelector(`[name$="-${group.dataset.ordered}"]`);
    const name = (row) => row.querySelector(".inline_label").textContent.trim();
    let dragged = null;

    function moved(row) {
      rows().forEach((each, index) => { place(each).value = (index + 1) * 10; });
      place(row).dispatchEvent(new Event("input", { bubbles: true }));
      group.querySelector(".order-help").textContent = `${name(row)} is at place ${rows().indexOf(row) + 1} of ${rows().length} now. Save to keep the order.`;
    }
    function step(row, by, button) {
      const all = rows(), other = all[all.indexOf(row) + by];
      if (!other) return;
      if (by < 0) other.before(row); else other.after(row);
      moved(row);
      button.focus();
    }
    function prepare(row) {
      const places = document.createElement("span");
      places.className = "places";
      for (const [sign, word, by] of [["↑", "up", -1], ["↓", "down", 1]]) {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", textContent: sign, title: `Move ${word}` });
        button.setAttribute("aria-label", `Move ${name(row)} ${word}`);
        button.addEventListener("click", () => step(row, by, button));
        places.append(button);
      }
      row.prepend(places);
      row.querySelector("summary").draggable = true;
      row.addEventListener("dragstart", () => { dragged = row; });
    }
    function show(all) {
      const end = rows().at(-1)?.nextSibling;
      all.forEach((row) => end.before(row));
    }
    rows().forEach(prepare);
    // After an error, or in a draft, rows are in the order of the form's numbers: sort them by position.
    show(rows().map((row) => [row, Number(place(row).value) || Infinity]).sort(([, a], [, b]) => a - b || 0).map(([row]) => row));
    document.addEventListener("formset:removed", () => {
      // The admin now renumbers all rows in their order on the page, and expects unsaved ones to be last.
      const all = rows(), isNew = (row) => !row.querySelector("[name$='-id']").value;
      show([...all.filter((row) => !isNew(row)), ...all.filter(isNew)]);
      queueMicrotask(() => show(all));
    });
    document.addEventListener("formset:added", ({ target }) => {
      if (!group.contains(target)) return;
      prepare(target);
      place(target).value = rows().length * 10;
    });
    group.addEventListener("dragover", (event) => {
      const over = dragged && event.target.closest(".inline-related:not(.empty-form)");
      if (!over) return;
      event.preventDefault();
      if (over === dragged) return;
      const all = rows();
      if (all.indexOf(over) < all.indexOf(dragged)) over.before(dragged); else over.after(dragged);
    });
    group.addEventListener("drop", (event) => event.preventDefault());
    group.addEventListener("dragend", () => { if (dragged) moved(dragged); dragged = null; });
  }
});
