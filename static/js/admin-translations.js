"use strict"; // where there is one column, the English above each field is folded

document.addEventListener("DOMContentLoaded", () => {
  if (!matchMedia("(max-width: 899px)").matches) return;
  for (const english of document.querySelectorAll(".translated details.english")) english.open = false;
});
