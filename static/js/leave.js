// Replace this page in the history by the next one. Without this script the link still works.
document.querySelector("[data-leave]")?.addEventListener("click", (event) => {
  event.preventDefault();
  location.replace(event.currentTarget.href);
});
