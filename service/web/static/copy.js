// Buttons that copy the text of another element; hidden where there is no script to do it.
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      button.textContent = "Copied";
    } catch {
      // no clipboard without https: the text is selected, for a person to copy
      button.textContent = "Selected; press Ctrl+C";
    }
  });
}
