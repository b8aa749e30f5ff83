export default {
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
