export const en = {
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

export const zh = {
  clip: "短片",
  time: "时间",
  play: "播放",
  pause: "暂停",
  previous: "上一画面",
  next: "下一画面",
  rate: "速度",
  loop: "循环播放",
  full: "全屏",
};
