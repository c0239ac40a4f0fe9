/** A page: how far it was read, as far down as it has been on the screen. It opens where one stopped. */

const STEP = 5;

export function collect(root, position, urge) {
  const text = root.querySelector("[data-read]");
  let read = 0;
  let told = 0;

  const measure = () => {
    const box = text.getBoundingClientRect();
    const seen = Math.min(box.height, innerHeight - box.top);
    const percent = box.height ? Math.max(0, Math.min(100, Math.round((100 * seen) / box.height))) : 100;
    read = Math.max(read, percent);
  };
  const place = () => {
    const box = text.getBoundingClientRect();
    return { y: Math.max(0, Math.min(1, Number((-box.top / (box.height || 1)).toFixed(3)))) };
  };

  // Letters change the height of the text, so where one stopped is looked for once they are there.
  const resume = () => scrollTo(0, scrollY + text.getBoundingClientRect().top + position.y * text.offsetHeight);
  if (position.y > 0.02) document.fonts.ready.then(() => scrollY || resume());
  const look = () => {
    measure();
    if (read === 100 && told < 100) urge();
  };
  let asked = false;
  const later = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      look();
    });
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  setTimeout(look, 0);

  return {
    position: place,
    take() {
      measure();
      if (read - told < STEP && !(read === 100 && told < 100)) return null;
      told = read;
      return { kind: "READ", data: { percent: read, position: place() } };
    },
  };
}
