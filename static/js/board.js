/** The board: a person's box picks their courses, a column's link picks the column, and a line counts what is picked. */

const form = document.querySelector("form[data-board]");

if (form) {
  const cells = () => [...form.querySelectorAll("input[name=cell]")];
  const rowOf = (box) => box.closest("tr, [data-row]");
  const cellsIn = (row) => [...row.querySelectorAll("input[name=cell]")];

  function count() {
    const picked = cells().filter((box) => box.checked);
    const rows = new Set(picked.map(rowOf));
    for (const box of form.querySelectorAll("input[name=person]:checked")) rows.add(rowOf(box));
    form.querySelector("[data-cells]").textContent = picked.length;
    form.querySelector("[data-people]").textContent = rows.size;
  }

  /** A person is picked as a whole only while all their courses are. */
  function settle(row) {
    const whole = row.querySelector("input[name=person]");
    const boxes = cellsIn(row);
    if (!whole || !boxes.length) return;
    const number = boxes.filter((box) => box.checked).length;
    whole.checked = number === boxes.length;
    whole.indeterminate = number > 0 && !whole.checked;
  }

  form.addEventListener("change", (event) => {
    const row = rowOf(event.target);
    if (event.target.name === "person") {
      for (const box of cellsIn(row)) box.checked = event.target.checked;
    } else if (event.target.name === "cell") {
      settle(row);
    }
    count();
  });

  form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-pick]");
    if (!link) return;
    event.preventDefault();
    const course = new URL(link.href).searchParams.getAll("pick").at(-1);
    const column = cells().filter((box) => box.value.endsWith(`.${course}`));
    const all = column.every((box) => box.checked);
    for (const box of column) {
      box.checked = !all;
      settle(rowOf(box));
    }
    count();
  });

  form.querySelector("[data-count]").hidden = false;
  count();
}
