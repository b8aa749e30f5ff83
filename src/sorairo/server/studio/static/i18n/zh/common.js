export default {
  seconds: "{n} 秒",
  minutes: "{m} 分 {s} 秒",
  hours: "{h} 小时 {m} 分",
  close: "关闭",
  cancel: "取消",
  undo: "撤销",
  retry: "重试",
  delete: "删除",
  copied: "已复制。",
  notCopied: "浏览器不允许复制：请手动选择文本。",
};
