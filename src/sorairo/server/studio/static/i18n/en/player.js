export default {
  clip: "Clip",
  time: "Time",
  play: "Play",
  pause: "Pause",
  previous: "Previous picture",
  next: "Next picture",
  rate: "Speed",
  loop: "Repeat",
  full: "Full screen",
};
