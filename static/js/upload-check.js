// Says at once what the server would say after minutes of sending. Without this script the server says it.
for (const input of document.querySelectorAll("input[type=file][data-limit]")) {
  const note = document.createElement("p");
  note.className = "error";
  note.setAttribute("role", "alert");
  input.before(note);
  input.addEventListener("change", () => {
    const [file] = input.files;
    const tooLarge = file && file.size > Number(input.dataset.limit);
    note.textContent = tooLarge ? input.dataset.tooLarge : "";
    if (tooLarge) input.value = "";
  });
}
