/** Filter forms: leave empty fields out of the address; where a page asks for it, submit when a choice changes. */

for (const form of document.querySelectorAll("form.filter-form")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
  if ("autoSubmit" in form.dataset) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox], input[type=date]")) form.requestSubmit();
    });
  }
}
