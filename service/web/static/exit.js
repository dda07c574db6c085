// Quick exit: the harmless page takes this page's place, so that the back button does not return here.
// Without this script the link works as any link does.
for (const link of document.querySelectorAll("a[data-quick-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
