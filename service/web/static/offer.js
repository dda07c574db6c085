// While a time is being looked for, asks again until it is found. Without this script a button does.
const PAUSE_MILLISECONDS_BETWEEN = 1500;
const ASKED_AT_MOST = 40;

async function look(form, asked) {
  const offer = form.querySelector("[data-looking]");
  if (!offer || asked >= ASKED_AT_MOST) return;
  try {
    const request = { method: "POST", body: new FormData(form), redirect: "error" };
    const answer = await fetch(offer.dataset.looking, request);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("offer");
    if (answer.ok && fresh && !fresh.dataset.looking) {
      delete offer.dataset.looking;
      // The element itself stays: a live region that is replaced is not read out.
      offer.replaceChildren(...fresh.childNodes);
      return;
    }
  } catch {
    // A lost connection: asked again.
  }
  setTimeout(() => look(form, asked + 1), PAUSE_MILLISECONDS_BETWEEN);
}

for (const offer of document.querySelectorAll("[data-looking]")) {
  offer.setAttribute("aria-live", "polite");
  setTimeout(() => look(offer.closest("form"), 0), PAUSE_MILLISECONDS_BETWEEN);
}
