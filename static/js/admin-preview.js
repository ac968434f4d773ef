// Shows the page beside its text as readers will see it, after each autosave.
document.addEventListener("DOMContentLoaded", () => {
  const pane = document.querySelector(".page-preview");
  if (!pane) return;
  let shown = pane.querySelector("iframe"), loading = null, again = false;

  function show() {
    again = Boolean(loading);
    if (loading) return;
    loading = shown.cloneNode();
    loading.className = "loading"; // over the one before, so that nothing flickers
    loading.src = pane.dataset.typed;
    loading.addEventListener("load", () => {
      loading.contentWindow.scrollTo(0, shown.contentWindow.scrollY);
      loading.className = "";
      shown.remove();
      [shown, loading] = [loading, null];
      follow();
      if (again) show();
    }, { once: true });
    pane.append(loading);
  }
  // A link would replace the preview: open it in a new tab.
  function follow() {
    shown.contentDocument?.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link || link.getAttribute("href").startsWith("#")) return;
      event.preventDefault();
      event.stopPropagation();
      open(link.href, "_blank", "noopener");
    }, true);
  }
  shown.addEventListener("load", follow, { once: true });
  follow();
  document.addEventListener("typing:kept", show);
});
