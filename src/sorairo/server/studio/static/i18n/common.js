export const en = {
  seconds: "{n} s",
  minutes: "{m} min {s} s",
  hours: "{h} h {m} min",
  close: "Close",
  cancel: "Cancel",
  undo: "Undo",
  retry: "Retry",
  delete: "Delete",
};

export const zh = {
  seconds: "{n} 秒",
  minutes: "{m} 分 {s} 秒",
  hours: "{h} 小时 {m} 分",
  close: "关闭",
  cancel: "取消",
  undo: "撤销",
  retry: "重试",
  delete: "删除",
};
