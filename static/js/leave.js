// The page that is left gives its place in the history to the one that comes. Without this the link still works.
document.querySelector("[data-leave]")?.addEventListener("click", (event) => {
  event.preventDefault();
  location.replace(event.currentTarget.href);
});
