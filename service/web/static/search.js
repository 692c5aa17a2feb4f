// "/" goes to the search box, unless somebody is writing.
const box = document.getElementById("site-search");
document.addEventListener("keydown", (event) => {
  const busy = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (event.key !== "/" || busy || event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  box.focus();
});
