// The only script of our own: copy buttons, which are hidden where scripts do not run.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const words = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    words.textContent = "Copied";
  } catch {
    words.textContent = "Select and copy by hand";
  }
  setTimeout(() => { words.textContent = "Copy"; }, 3000);
});

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
