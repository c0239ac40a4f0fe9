/** A video: the seconds that were played since the server was last told. It opens where one stopped, and never plays by itself. */

export function collect(root, position, urge) {
  const video = root.querySelector("video");
  let from = null; // where the stretch that is playing began
  let seen = 0; // and how far it is
  let ranges = [];

  const end = () => {
    if (from !== null) add(from, video.ended ? Math.ceil(video.duration) : seen);
    from = null;
  };
  const add = (start, stop) => {
    if (Math.floor(stop) > Math.floor(start)) ranges.push([Math.floor(start), Math.floor(stop)]);
  };
  video.addEventListener("timeupdate", () => {
    if (video.paused || video.seeking) return;
    from ??= video.currentTime;
    seen = video.currentTime;
  });
  video.addEventListener("playing", () => (from ??= seen = video.currentTime));
  video.addEventListener("seeking", end);
  for (const name of ["pause", "ended"]) {
    video.addEventListener(name, () => {
      if (from !== null && !video.seeking) seen = video.currentTime;
      end();
      urge();
    });
  }

  const resume = () => {
    if (position.t > 0 && position.t < video.duration - 2) video.currentTime = position.t;
  };
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) resume();
  else video.addEventListener("loadedmetadata", resume, { once: true });
  offerSpeeds(root.querySelector("[data-speed]"), video);
  // Captions are on unless somebody switches them off; some browsers leave a default track hidden.
  for (const track of video.textTracks) track.mode = "showing";

  const place = () => ({ t: video.ended ? 0 : Math.floor(video.currentTime) });
  return {
    position: place,
    take() {
      if (from !== null) {
        add(from, seen);
        from = seen;
      }
      if (!ranges.length) return null;
      const data = { ranges, position: place(), rate: video.playbackRate };
      ranges = [];
      return { kind: "WATCH", data };
    },
  };
}

function offerSpeeds(label, video) {
  label.hidden = false;
  label.querySelector("select").addEventListener("change", (event) => (video.playbackRate = Number(event.target.value)));
}
