// Shows buttons beside "Review due on" that fill in a date.
document.addEventListener("DOMContentLoaded", () => {
  for (const picks of document.querySelectorAll(".picks")) picks.hidden = false;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-review-due]");
  const field = button && button.closest(".field-review_due_on, .fieldBox, .form-row").querySelector("input[name=review_due_on]");
  if (!field) return;
  field.value = button.dataset.reviewDue;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
