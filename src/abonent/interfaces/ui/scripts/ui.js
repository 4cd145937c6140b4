// The one script. Every page works without it; it only saves a step. No inline code, nothing from elsewhere.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");
  const on = (selector, event, run) =>
    document.addEventListener(event, (e) => {
      const found = e.target.closest && e.target.closest(selector);
      if (found) run(found, e);
    });

  on("[data-print]", "click", () => window.print());

  on("[data-copy]", "click", (button) => {
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      button.querySelector("span").textContent = button.dataset.done;
    });
  });

  on("[data-reveal]", "click", (button) => {
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });

  // Theme, size, contrast: at once, without a new page. The version for the visually impaired draws it anew.
  on("form[data-display] .choice", "click", (button, event) => {
    const form = button.form;
    const body = new URLSearchParams(new FormData(form));
    body.append(button.name, button.value);
    event.preventDefault();
    fetch(form.action, { method: "POST", body, redirect: "manual" }).then(() => {
      if (button.value === "normal" || button.value === "auto" || button.value === "on") delete root.dataset[button.name];
      else root.dataset[button.name] = button.value;
      for (const other of form.querySelectorAll(`[name="${button.name}"]`))
        other.setAttribute("aria-pressed", String(other === button));
    });
  });

  on("[data-another]", "click", (button, event) => {
    const field = button.closest("[data-captcha]");
    event.preventDefault();
    fetch(field.dataset.captcha, { headers: { "X-Requested-With": "XMLHttpRequest" } })
      .then((answer) => answer.json())
      .then((fresh) => {
        field.querySelector("img").src = fresh.image_url;
        field.querySelector("input[type=hidden]").value = fresh.key;
        const sound = field.querySelector("[data-sound]");
        if (sound && fresh.audio_url) sound.href = fresh.audio_url;
        const typed = field.querySelector("input[type=text]");
        typed.value = "";
        typed.focus();
      });
  });

  // Popovers close by Escape and by a click beside them.
  const closeOthers = (keep) => {
    for (const open of document.querySelectorAll("details[data-popover][open], .menu-toggle[open]"))
      if (!open.contains(keep) && !(keep && keep.closest(".menu"))) open.open = false;
  };
  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-popover][open], .menu-toggle[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  // The error summary takes the focus where `autofocus` on a <div> is not known.
  const summary = document.querySelector(".error-summary");
  if (summary && document.activeElement !== summary) summary.focus();

  // A form is sent once: a second press of the button does nothing while the first is on its way.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ((form.getAttribute("method") || "").toLowerCase() !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
