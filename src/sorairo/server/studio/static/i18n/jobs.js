export const en = {
  queued: "Queued",
  position: "Queued, number {n}",
  running: "Making, {n} %",
  left: "about {time} left",
  failed: "Failed",
  cancelled: "Cancelled",
  cancelling: "Stopping",
  open: "Open: {prompt}",
  newest: "Newest",
  progress: "Progress",
};

export const zh = {
  queued: "排队中",
  position: "排队第 {n} 位",
  running: "生成中，{n}%",
  left: "约剩 {time}",
  failed: "失败",
  cancelled: "已取消",
  cancelling: "正在停止",
  open: "打开：{prompt}",
  newest: "最新",
  progress: "进度",
};
