"use strict"; // where there is one column, the English above each field is folded

if (matchMedia("(max-width: 899px)").matches) {
  for (const english of document.querySelectorAll(".translated details.english")) english.open = false;
}
