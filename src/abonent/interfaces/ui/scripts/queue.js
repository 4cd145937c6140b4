// Working through a queue by keys (queue.html). Everything it presses is on the page, and works without it.
(() => {
  "use strict";
  const queue = document.querySelector("[data-queue]");
  if (!queue) return;
  const OFF = "queue-keys-off";
  const SIGNS = { Space: "space", Enter: "enter", ArrowDown: "down", ArrowUp: "up" };
  const items = [...queue.querySelectorAll("[data-queue-item]")];
  let last = null;
  queue.addEventListener("focusin", (event) => {
    last = event.target.closest("[data-queue-item]");
  });

  const isOff = () => localStorage.getItem(OFF) === "1";
  const current = () => (last && last.isConnected ? last : null);

  // A letter by its place on the keyboard where the layout is not Latin: staff type Russian and Kazakh.
  const nameOf = (event) => {
    if (event.key === "?") return "?";
    const latin = /^[a-z0-9]$/i.test(event.key) ? event.key.toLowerCase() : "";
    const place = /^(?:Key|Digit)(.)$/.exec(event.code);
    const name = latin || SIGNS[event.code] || (place ? place[1].toLowerCase() : "");
    return name && (event.shiftKey ? `shift+${name}` : name);
  };

  const isTyping = (element) =>
    element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])");

  const move = (step) => {
    const at = items.indexOf(current());
    const next = at < 0 ? items[step > 0 ? 0 : items.length - 1] : items[at + step];
    if (next) next.focus();
    if (next) next.scrollIntoView({ block: "nearest" });
  };

  const open = (summary) => {
    const box = summary.parentElement;
    box.open = !box.open;
    const field = box.open && box.querySelector("input:not([type=hidden]), select, textarea");
    (field || summary).focus();
  };

  const press = (name) => {
    const item = current();
    const key = `[data-key="${name}"]`;
    const control = (item && item.querySelector(key)) || document.querySelector(`${key}:not([data-queue-item] *)`);
    if (!control) return false;
    if (control.matches("summary")) open(control);
    else if (isTyping(control)) control.focus();
    else control.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    const focused = event.target;
    if (event.ctrlKey && event.key === "Enter" && focused.matches("textarea") && !isOff()) {
      event.preventDefault();
      if (!event.repeat) focused.form.requestSubmit();
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape") {
      const box = focused.closest("[data-queue-item] details[open]");
      if (box) box.open = false;
      if (current()) current().focus();
      return;
    }
    if (isOff() || isTyping(focused)) return;
    const name = nameOf(event);
    const onItem = focused.matches("[data-queue-item]");
    // Enter, the space bar and the arrows are the browser's own everywhere but on an item itself.
    if (!name || (Object.values(SIGNS).includes(name) && !onItem)) return;
    if (name === "j" || name === "down") move(1);
    else if (name === "k" || name === "up") move(-1);
    else if (event.repeat || !press(name)) return;
    event.preventDefault();
  });

  const all = document.querySelector("[data-queue-all]");
  if (all)
    all.addEventListener("change", () => {
      for (const box of queue.querySelectorAll('[data-key="space"]')) box.checked = all.checked;
    });

  const toggle = document.querySelector("[data-queue-toggle]");
  const say = () => toggle && toggle.setAttribute("aria-pressed", String(!isOff()));
  if (toggle) {
    say();
    toggle.addEventListener("click", () => {
      if (isOff()) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
      say();
    });
  }

  // Back from a decision: the address names the item that follows.
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named && named.matches("[data-queue-item]")) named.focus();
})();
