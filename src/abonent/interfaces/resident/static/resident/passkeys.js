// A passkey that did not come (cancelled, unknown, no such device) is said on the page, not in the console.
// One that nobody asked for (the browser's own offer at load) is not worth a word.
let asked = false;
document.addEventListener("click", (event) => { asked = asked || Boolean(event.target.closest("[data-passkey]")); });
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const said = document.getElementById("passkey-error");
  if (said && asked) said.hidden = false;
});
// Passkeys belong to a host name: at a bare address, and in browsers without them, there is nothing to offer.
if (!window.PublicKeyCredential || /^[\d.]+$|^\[/.test(location.hostname)) {
  document.querySelectorAll("[data-passkey]").forEach((part) => { part.hidden = true; });
}
