// Proposes the browser's own time zone where a zone field is still empty. The field stays open to change.
for (const field of document.querySelectorAll("input[data-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const offered = field.list && [...field.list.options].some((option) => option.value === zone);
  if (!field.value && zone && (offered || !field.list)) field.value = zone;
}
