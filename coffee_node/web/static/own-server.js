// Remembers, if the reader wants it, the name of their own server on this device. Nothing is sent anywhere.
const KEY = "coffee.own-server";

function kept() {
  try {
    return localStorage.getItem(KEY) || "";
  } catch {
    return "";
  }
}

function keep(handle) {
  try {
    if (handle) localStorage.setItem(KEY, handle);
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing still goes there.
  }
}

for (const form of document.querySelectorAll("form[data-own-server]")) {
  const field = form.querySelector("input[name=handle]");
  const wish = form.querySelector("[data-remember]");
  const box = wish.querySelector("input");
  const forget = form.querySelector("[data-forget]");
  const show = () => {
    wish.hidden = false;
    forget.hidden = !kept();
  };
  if (kept() && !field.value) {
    field.value = kept();
    box.checked = true;
  }
  show();
  form.addEventListener("submit", () => keep(box.checked ? field.value.trim() : ""));
  forget.addEventListener("click", () => {
    keep("");
    field.value = "";
    box.checked = false;
    show();
    field.focus();
  });
}
