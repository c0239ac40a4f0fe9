/** A video: which seconds were watched since the page opened, as the browser itself counts them. It goes on where one stopped. */

export function collect(root, position, urge) {
  const video = root.querySelector("video");
  const speed = root.querySelector("[data-speed]");
  let told = "";
  let hasPlayed = false;

  const resume = () => {
    if (position.t > 0 && position.t < video.duration - 2) video.currentTime = position.t;
  };
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) resume();
  else video.addEventListener("loadedmetadata", resume, { once: true });
  video.addEventListener("playing", () => (hasPlayed = true));
  for (const name of ["pause", "ended", "seeked"]) video.addEventListener(name, () => hasPlayed && urge());
  if (speed) {
    speed.hidden = false;
    speed.querySelector("select").addEventListener("change", (event) => (video.playbackRate = Number(event.target.value)));
  }
  // Captions are on unless somebody switches them off; some browsers leave a default track hidden.
  for (const track of video.textTracks) track.mode = "showing";

  const watched = () => {
    const ranges = [];
    for (let place = 0; place < video.played.length; place += 1) {
      const from = Math.round(video.played.start(place));
      const isEnd = video.ended && place === video.played.length - 1;
      const to = isEnd ? Math.ceil(video.duration) : Math.round(video.played.end(place));
      if (to > from) ranges.push([from, to]);
    }
    return ranges;
  };
  const place = () => ({ t: video.ended ? 0 : Math.floor(video.currentTime) });

  return {
    position: place,
    take() {
      const ranges = watched();
      const now = JSON.stringify([ranges, place()]);
      if (!hasPlayed || !ranges.length || now === told) return null;
      told = now;
      return { kind: "WATCH", data: { ranges, position: place(), rate: video.playbackRate } };
    },
  };
}
