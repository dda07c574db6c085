// Shows the next dates while a plan is being chosen, and only the groups that belong to the chosen unit.
// Without this script every group is visible and the dates come with the answer to the form.
const PAUSE_MILLISECONDS = 300;

function chosenUnit(form) {
  const control = form.querySelector("select[data-unit-switch]");
  const radio = form.querySelector("[data-unit-switch] input:checked");
  return control?.value ?? radio?.value;
}

function showGroups(form) {
  const unit = chosenUnit(form);
  if (!unit) return;
  for (const group of form.querySelectorAll("[data-unit]")) {
    const fits = group.dataset.unit.split(" ").includes(unit);
    group.hidden = !fits;
    // A hidden field must neither be sent nor hold the form back.
    if (group instanceof HTMLFieldSetElement) group.disabled = !fits;
  }
}

function show(fragment) {
  const dates = document.getElementById("dates");
  const page = new DOMParser().parseFromString(fragment, "text/html");
  const fresh = page.getElementById("dates") ?? page.body;
  // The element itself stays: a live region that is replaced is not read out.
  if (dates && dates.innerHTML !== fresh.innerHTML) dates.replaceChildren(...fresh.childNodes);
}

function follow(form) {
  let pause;
  let asked;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const request = { method: "POST", body: new FormData(form), signal: asked.signal, redirect: "error" };
    try {
      const answer = await fetch(form.dataset.preview, request);
      if (answer.ok) show(await answer.text());
    } catch {
      // A newer question or a lost connection: the dates shown last stay, and the form itself still answers.
    }
  };
  form.addEventListener("input", () => {
    showGroups(form);
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE_MILLISECONDS);
  });
  document.getElementById("dates")?.setAttribute("aria-live", "polite");
  for (const part of form.querySelectorAll("[data-without-script]")) part.remove();
  showGroups(form);
}

for (const form of document.querySelectorAll("form[data-preview]")) follow(form);
