/** Passkeys and security keys for the forms of the account. Each form says in a data block what it needs. */
const fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withIds = (list) => (list ?? []).map((entry) => ({ ...entry, id: fromText(entry.id) }));

function told(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) answer[name] = toText(response[name]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: answer,
  };
}

async function create({ publicKey }, isPasskey) {
  const options = { ...publicKey, challenge: fromText(publicKey.challenge), excludeCredentials: withIds(publicKey.excludeCredentials) };
  options.user = { ...publicKey.user, id: fromText(publicKey.user.id) };
  if (isPasskey !== undefined) {
    options.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: isPasskey ? "required" : "discouraged",
      requireResidentKey: isPasskey,
      ...(isPasskey ? { userVerification: "required" } : {}),
    };
  }
  return told(await navigator.credentials.create({ publicKey: options }));
}

async function show({ publicKey }) {
  const options = { ...publicKey, challenge: fromText(publicKey.challenge), allowCredentials: withIds(publicKey.allowCredentials) };
  return told(await navigator.credentials.get({ publicKey: options }));
}

async function fresh(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  return (await answer.json()).request_options;
}

const byId = (id) => document.getElementById(id);
const kept = (ids) => JSON.parse(byId(ids.data).textContent);
const ways = {
  addForm: (ids) => [ids.add, () => create(kept(ids).creation_options, byId(ids.passwordless)?.checked)],
  signupForm: (ids) => [ids.signup, () => create(kept(ids).creation_options)],
  authenticateForm: (ids) => [ids.authenticate, () => show(kept(ids).request_options)],
  loginForm: (ids, form) => [ids.login, async () => show(await fresh(form))],
};

function enhance(block) {
  const { ids } = JSON.parse(block.textContent);
  const field = byId(ids.credential);
  const way = ways[block.dataset.allauthOnload.split(".").pop()];
  if (!field || !way) return;
  const form = field.closest("form");
  const [buttonId, ask] = way(ids, form);
  byId(buttonId).addEventListener("click", async (event) => {
    event.preventDefault();
    const problem = document.querySelector("[data-passkey-problem]");
    if (problem) problem.hidden = true;
    try {
      field.value = JSON.stringify(await ask());
      form.submit();
    } catch {
      if (problem) problem.hidden = false;
    }
  });
}

if (globalThis.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = false;
  for (const block of document.querySelectorAll("script[data-allauth-onload]")) enhance(block);
}
