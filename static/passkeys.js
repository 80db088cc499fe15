// Hands what the page asks for to the browser, and the device's answer to the page's own form, which is hidden where there is no way.
const form = document.querySelector("[data-passkey]");
if (form && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  const failed = form.querySelector("[data-passkey-failed]");
  for (const none of document.querySelectorAll("[data-passkey-none]")) none.hidden = true;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    const options = JSON.parse(form.dataset.options);
    try {
      const credential = form.dataset.passkey === "add"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      // The device has one for us already.
      const known = error.name === "InvalidStateError";
      failed.textContent = known ? failed.dataset.known : failed.dataset.passkeyFailed;
      failed.hidden = false;
    }
  });
}
