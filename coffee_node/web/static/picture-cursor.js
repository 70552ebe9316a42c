// Tells a form where its writer was, so that a picture is put there and not at the end of the text.
for (const into of document.querySelectorAll("form input[name=into]")) {
  const form = into.form;
  const cursor = form.elements.namedItem("cursor");
  const note = (event) => {
    const text = event.target;
    if (!(text instanceof HTMLTextAreaElement) || !text.name.startsWith("content")) return;
    into.value = text.name;
    cursor.value = String(text.selectionEnd);
  };
  into.value = cursor.value = "";
  for (const kind of ["keyup", "click", "focusout"]) form.addEventListener(kind, note);
}
