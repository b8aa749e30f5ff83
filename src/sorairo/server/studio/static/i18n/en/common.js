export default {
  seconds: "{n} s",
  minutes: "{m} min {s} s",
  hours: "{h} h {m} min",
  close: "Close",
  cancel: "Cancel",
  undo: "Undo",
  retry: "Retry",
  delete: "Delete",
  copied: "Copied.",
  notCopied: "The browser does not allow copying: select the text instead.",
};
