// A page that waits for another server: it asks in the background, and goes on as soon as there is an answer.
const waiting = document.querySelector("[data-wait]");

async function isAnswered() {
  try {
    const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
    return answer.type === "opaqueredirect" || (answer.ok && !(await answer.text()).includes("data-wait="));
  } catch {
    // A moment without a connection is no answer.
    return false;
  }
}

async function ask() {
  if (await isAnswered()) location.reload();
  else setTimeout(ask, Number(waiting.dataset.wait) * 1000);
}

if (waiting) {
  waiting.querySelector("[data-by-itself]").hidden = false;
  setTimeout(ask, Number(waiting.dataset.wait) * 1000);
}
