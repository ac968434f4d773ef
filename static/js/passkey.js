// Shows why the browser gave no passkey; allauth's script, which asks for it, only writes that to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  const known = event.detail.exception.name === "InvalidStateError";
  problem.textContent = known
    ? "This device has a passkey of yours already."
    : "The browser gave no passkey: it was canceled, took too long, or there is none here. Try again, or use another way.";
  problem.hidden = false;
});
