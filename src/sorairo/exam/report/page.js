// Clips beside one another play in step while they are seen, with one button for both in place of
// their own controls, which would cover such small pictures. Readers who asked for less motion
// start them themselves.
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function together(pair, clips) {
  let wanted = !still;
  const button = document.createElement("button");
  const play = () => {
    for (const clip of clips) {
      clip.currentTime = clips[0].currentTime;
      clip.play().catch(() => {}); // refused, or out of sight before it began
    }
  };
  const pause = () => clips.forEach((clip) => clip.pause());
  const name = () => { button.textContent = clips[0].paused ? "Play" : "Pause"; };
  button.addEventListener("click", () => {
    wanted = clips[0].paused;
    wanted ? play() : pause();
  });
  for (const event of ["play", "pause"]) clips[0].addEventListener(event, name);
  for (const clip of clips) clip.controls = false;
  name();
  pair.after(button);
  new IntersectionObserver(([{ isIntersecting }]) => {
    isIntersecting && wanted ? play() : pause();
  }, { threshold: 0.2 }).observe(pair);
}

for (const pair of document.querySelectorAll(".pair")) {
  const clips = [...pair.querySelectorAll("video")];
  if (still) for (const clip of clips) clip.preload = "metadata"; // the first frame, at least
  if (clips.length) together(pair, clips);
}
